// Colours that charts need as values (a chart cannot read a CSS variable). The same members have the same colour everywhere.
import type { Theme } from "./ui.svelte";

const series: Record<Theme, string[]> = {
  light: ["#2b6aa8", "#2f8a68", "#cf7429", "#6b57ad", "#b5474f", "#2a94a5", "#ad8417", "#84573a", "#bb5f96", "#6c8638", "#5d6b7a"],
  dark: ["#6ba6e2", "#5cbf99", "#ec9f5c", "#a795e4", "#e3837f", "#5cc2d2", "#d8b454", "#c59a7c", "#e09bc4", "#a8c16c", "#9ba8b7"],
};
const other: Record<Theme, string> = { light: "#b3b6b0", dark: "#5d6663" };

export const paper = {
  light: { ink: "#17201d", muted: "#55605b", line: "#dfe3de", grid: "#eceeea", surface: "#ffffff", accent: "#0f6b5c", soft: "#8fbdb1", warn: "#a4500c", band: "rgba(15,107,92,0.10)" },
  dark: { ink: "#e7ecea", muted: "#9ba7a2", line: "#2c3432", grid: "#222927", surface: "#161b1a", accent: "#5cc4ae", soft: "#2f7364", warn: "#f0a45b", band: "rgba(92,196,174,0.14)" },
} as const;

/** The n-th series' colour; past the palette everything is "other". */
export const colour = (theme: Theme, n: number): string => (n < 0 ? other[theme] : (series[theme][n] ?? other[theme]));
