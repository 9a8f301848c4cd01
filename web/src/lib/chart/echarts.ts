// ECharts as every chart needs it. The kinds of charts are in lines.ts and flow.ts: a page carries what it imports.
import { TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([TooltipComponent, SVGRenderer]);
export { init };
export type { EChartsType } from "echarts/core";
export type { EChartsOption } from "echarts";

export const font = '"Inter Variable", "Pretendard Variable", Pretendard, -apple-system, BlinkMacSystemFont, "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", system-ui, sans-serif';
export const escape = (s: string) => s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
