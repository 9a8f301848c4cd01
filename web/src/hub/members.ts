// Members of a statement: names, and an order and a colour that stay the same from month to month.
import { colour } from "../lib/palette";
import type { Lang, Theme } from "../lib/ui.svelte";
import type { Statement } from "./api";

export class Members {
  readonly ids: string[];
  #names: Map<string, Record<Lang, string>>;
  constructor(statement: Statement | undefined) {
    this.ids = statement?.members.map((m) => m.member) ?? [];
    this.#names = new Map(statement?.members.map((m) => [m.member, { ko: m.name_ko, en: m.name_en }]));
  }
  name(id: string, lang: Lang): string {
    return this.#names.get(id)?.[lang] || id;
  }
  colour(id: string, theme: Theme): string {
    return colour(theme, this.ids.indexOf(id));
  }
}

/** Digits behind the point, so that a column of GPU-hours reads alike: few where the largest is large. */
export const digits = (largest: number): number => (largest < 100 ? 3 : largest < 10_000 ? 1 : 0);
