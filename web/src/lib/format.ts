// Numbers as each language reads them. Counts keep every digit; large GPU-hours and won are grouped (만·억·조; million, billion).
import type { Lang } from "./ui.svelte";
import type { Num } from "./report";

export const none = "–";
const thin = "\u202f";  // narrow and unbroken: between a number and its unit

const cache = new Map<string, Intl.NumberFormat>();
function plain(v: number, lang: Lang, digits = 0, least = digits): string {
  const key = `${lang}${digits}/${least}`;
  let f = cache.get(key);
  if (!f) cache.set(key, (f = new Intl.NumberFormat(lang, { maximumFractionDigits: digits, minimumFractionDigits: least })));
  return f.format(v);
}

export function formats(lang: Lang) {
  const ko = lang === "ko";
  const of = (f: (v: number) => string) => (v: Num | undefined) => (v === null || v === undefined ? none : f(v));
  const count = of((v) => plain(v, lang, 0));
  const decimal = (digits: number) => of((v) => plain(v, lang, digits));
  const unit = (v: Num | undefined, name: string, digits = 0) => (v === null || v === undefined ? none : plain(v, lang, digits) + thin + name);

  /** 1234567 → 123.5만 · 1.23 million; below 10,000 every digit. */
  const grouped = of((v) => {
    const a = Math.abs(v);
    const show = (n: number, word: string) => plain(n, lang, Math.abs(n) < 10 ? 2 : Math.abs(n) < 1000 ? 1 : 0, 0) + (ko ? word : thin + word);
    if (ko) return a >= 1e12 ? show(v / 1e12, "조") : a >= 1e8 ? show(v / 1e8, "억") : a >= 1e4 ? show(v / 1e4, "만") : plain(v, lang, 0);
    return a >= 1e12 ? show(v / 1e12, "trillion") : a >= 1e9 ? show(v / 1e9, "billion") : a >= 1e6 ? show(v / 1e6, "million") : plain(v, lang, 0);
  });
  /** For a narrow cell: 12.3만 · 123k. */
  const short = of((v) => {
    const a = Math.abs(v), show = (n: number, s: string) => plain(n, lang, Math.abs(n) < 10 ? 1 : 0, 0) + s;
    if (ko) return a >= 1e8 ? show(v / 1e8, "억") : a >= 1e7 ? `${Math.round(v / 1e4)}만` : a >= 1e4 ? show(v / 1e4, "만") : plain(v, lang, 0);
    return a >= 1e9 ? show(v / 1e9, "G") : a >= 1e6 ? show(v / 1e6, "M") : a >= 1e3 ? show(v / 1e3, "k") : plain(v, lang, 0);
  });
  const percent = (v: Num | undefined, digits = 1) => (v === null || v === undefined ? none : plain(v * 100, lang, digits, digits) + "%");
  const won = of((v) => (v < 0 ? "−" : "") + (ko ? grouped(Math.abs(v)) + (Math.abs(v) >= 1e4 ? " 원" : "원") : "₩" + grouped(Math.abs(v))));

  /** Money to be paid: every won. `signed`: with + and −. */
  const money = (v: number, signed = false) => {
    const digits = plain(Math.abs(v), lang, 0), sign = v < 0 ? "−" : signed && v > 0 ? "+" : "";
    return ko ? `${sign}${digits}원` : `${sign}₩${digits}`;
  };

  /** Seconds in the two largest units that matter. */
  const duration = of((s) => {
    const two = (a: number, ua: string, b: number, ub: string) => `${a}${ua}` + (b ? ` ${b}${ub}` : "");
    const u = ko ? { s: "초", m: "분", h: "시간", d: "일" } : { s: `${thin}s`, m: `${thin}min`, h: `${thin}h`, d: `${thin}d` };
    if (s < 60) return plain(s, lang, s < 10 && s !== Math.round(s) ? 1 : 0) + u.s;
    const r = Math.round(s);
    if (r < 3600) return two(Math.floor(r / 60), u.m, r < 600 ? r % 60 : 0, u.s);
    const m = Math.round(r / 60);
    if (m < 48 * 60) return two(Math.floor(m / 60), u.h, m % 60, u.m);
    const h = Math.round(m / 60);
    return two(Math.floor(h / 24), u.d, h % 24, u.h);
  });

  const date = (o: Intl.DateTimeFormatOptions) => {
    const f = new Intl.DateTimeFormat(ko ? "ko-KR" : "en-GB", { timeZone: "Asia/Seoul", ...o });
    return (ms: number) => (Number.isFinite(ms) ? f.format(ms) : none);
  };
  const day = date({ year: "numeric", month: "long", day: "numeric" });
  const month = date({ year: "numeric", month: "long" });
  const moment = date({ month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const tick = (ms: number) => {
    const d = new Date(ms + 9 * 3600_000);
    return ko ? `${d.getUTCMonth() + 1}/${d.getUTCDate()}` : tickEn(ms);
  };
  const second = date({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const exact = date({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
  const clock = date({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const weekday = date({ weekday: "short" });
  const tickEn = date({ month: "short", day: "numeric" });
  const dayShort = date({ month: "short", day: "numeric", weekday: "short" });

  /** A window [from, to): "October 2030" when it is a month, else first and last day. */
  const span = (from: string, to: string) => {
    const a = Date.parse(from), b = Date.parse(to);
    if (!Number.isFinite(a) || !Number.isFinite(b)) return [from, to].filter(Boolean).join(" – ") || none;
    const local = (ms: number) => new Date(ms + 9 * 3600_000);
    const whole = (ms: number) => local(ms).getUTCDate() === 1 && ms % 86_400_000 === 15 * 3600_000;
    const months = (local(b).getUTCFullYear() - local(a).getUTCFullYear()) * 12 + local(b).getUTCMonth() - local(a).getUTCMonth();
    if (whole(a) && whole(b) && months === 1) return month(a);
    const first = day(a), last = day(b - 1);
    return first === last ? first : `${first} – ${last}`;
  };
  return { weekday, count, decimal, unit, grouped, short, percent, won, money, duration, span, month, moment, second, exact, clock, tick, day, dayShort };
}
export type Formats = ReturnType<typeof formats>;
