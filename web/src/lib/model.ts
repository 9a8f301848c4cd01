// A report with what several parts of a page ask of it: names by id, an order and a colour for each member.
import { colour } from "./palette";
import type { Both, Num, Report } from "./report";
import type { Lang, Theme } from "./ui.svelte";

export class Model {
  readonly order: string[];  // member ids, owners of most GPUs first
  #names = new Map<string, Both>();
  #sites: Map<string, Report["sites"][number]>;

  constructor(readonly report: Report) {
    for (const m of report.members) this.#names.set(m.id, m.name);
    this.#sites = new Map(report.sites.map((s) => [s.id, s]));
    this.order = [...report.members].sort((a, b) => (b.owned_gpus ?? 0) - (a.owned_gpus ?? 0) || (b.used_gpu_h ?? 0) - (a.used_gpu_h ?? 0)).map((m) => m.id);
    for (const id of [...report.series.members.map((m) => m.id), ...report.lending.members, ...report.waits.members.map((m) => m.id)])
      if (!this.order.includes(id)) this.order.push(id);
  }
  member(id: string, lang: Lang): string {
    return this.#names.get(id)?.[lang] || id || "–";
  }
  site(id: string) {
    return this.#sites.get(id);
  }
  colour(member: string, theme: Theme): string {
    return colour(theme, this.order.indexOf(member));
  }
}

/** A name short enough for a map: without what stands in brackets, cut to fit. */
export function brief(name: string, most = 26): string {
  const bare = name.replace(/\s*[(（][^)）]*[)）]/g, "").trim() || name;
  if (width(bare) <= most) return bare;
  let out = "";
  for (const c of bare) {
    if (width(out + c) > most - 1) break;
    out += c;
  }
  const space = out.lastIndexOf(" ");  // a Latin word is not cut in two, a Hangul one may be
  if (/[A-Za-z]$/.test(out) && space > 0) out = out.slice(0, space);
  return out.replace(/[\s·,/]+$/, "") + "…";
}
/** Columns a text takes: Hangul and its like count double. */
export const width = (s: string) => [...s].reduce((n, c) => n + (c.codePointAt(0)! > 0x10ff ? 1.75 : 1), 0);

export const total = (values: Num[]): number => values.reduce<number>((s, v) => s + (v ?? 0), 0);
export const mean = (values: Num[]): Num => {
  const known = values.filter((v) => v !== null);
  return known.length ? total(known) / known.length : null;
};
export const highest = (values: Num[]): Num => values.reduce<Num>((m, v) => (v !== null && (m === null || v > m) ? v : m), null);
export const lowest = (values: Num[]): Num => values.reduce<Num>((m, v) => (v !== null && (m === null || v < m) ? v : m), null);
