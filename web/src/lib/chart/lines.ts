// Lines and bars over axes.
import { BarChart, LineChart } from "echarts/charts";
import { AxisPointerComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, MarkAreaComponent, TitleComponent } from "echarts/components";
import { use } from "echarts/core";

use([BarChart, LineChart, AxisPointerComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, MarkAreaComponent, TitleComponent]);
