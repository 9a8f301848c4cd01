// Colours that charts need as values (a chart cannot read a CSS variable). The same members have the same colour everywhere.
import type { Theme } from "./ui.svelte";

const series: Record<Theme, string[]> = {
  light: ["#2b6aa8", "#2f8a68", "#cf7429", "#6b57ad", "#b5474f", "#2a94a5", "#ad8417", "#84573a", "#bb5f96", "#6c8638", "#3d4a91", "#8d3f6d", "#5d6b7a"],
  dark: ["#6ba6e2", "#5cbf99", "#ec9f5c", "#a795e4", "#e3837f", "#5cc2d2", "#d8b454", "#c59a7c", "#e09bc4", "#a8c16c", "#8f9be0", "#c98bb0", "#9ba8b7"],
};
const other: Record<Theme, string> = { light: "#b3b6b0", dark: "#5d6663" };

export const paper = {
  light: { ink: "#17201d", muted: "#55605b", line: "#dfe3de", grid: "#eceeea", surface: "#ffffff", accent: "#0f6b5c", soft: "#8fbdb1", warn: "#a4500c", flow: "#9aa39f", band: "rgba(15,107,92,0.10)" },
  dark: { ink: "#e7ecea", muted: "#9ba7a2", line: "#2c3432", grid: "#222927", surface: "#161b1a", accent: "#5cc4ae", soft: "#2f7364", warn: "#f0a45b", flow: "#68746f", band: "rgba(92,196,174,0.14)" },
} as const;

/** The n-th series' colour; past the palette everything is "other". */
export const colour = (theme: Theme, n: number): string => (n < 0 ? other[theme] : (series[theme][n] ?? other[theme]));

// A field of one hue from `none` to `full`, with the ink (black or white) that reads best on it: at least 4.5 : 1 everywhere.
const field = { light: ["#eff1ee", "#0f6b5c"], dark: ["#1a201f", "#5cc4ae"] } as const;
type Rgb = [number, number, number];
const linear = (hex: string): Rgb => [1, 3, 5].map((i) => {
  const c = parseInt(hex.slice(i, i + 2), 16) / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}) as Rgb;

/** `share` of the full colour, 0…1. */
export function heat(theme: Theme, share: number): { background: string; ink: string } {
  const [a, b] = field[theme].map(linear) as [Rgb, Rgb], s = Math.max(0, Math.min(1, share));
  // Mixed by cube root, near enough to how eyes space brightness.
  const mixed = a.map((v, i) => (Math.cbrt(v) * (1 - s) + Math.cbrt(b[i]!) * s) ** 3) as Rgb;
  const bytes = mixed.map((v) => Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)));
  const light = 0.2126 * mixed[0] + 0.7152 * mixed[1] + 0.0722 * mixed[2];
  return { background: `rgb(${bytes.join(" ")})`, ink: light > 0.179 ? "#000" : "#fff" };
}

/** What a site's energy goes into: machines, conversion losses, fans, pumps, chillers. Apart for the colour-blind too (after Okabe and Ito). */
export const energyUse: Record<Theme, [string, string, string, string, string]> = {
  light: ["#0f6b5c", "#d55e00", "#4aa3df", "#20398f", "#c06c9c"],
  dark: ["#5cc4ae", "#f08a3c", "#7cc4f2", "#5b78e0", "#e39cc4"],
};
