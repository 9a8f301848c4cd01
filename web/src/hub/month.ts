// Months of the ledger: "2026-11", in Korean time whatever the clock of who looks says.
const text = (d: Date) => d.toISOString().slice(0, 7);
const kst = 9 * 3600_000;

export const monthNow = (): string => text(new Date(Date.now() + kst));
/** When it begins. */
export const monthStart = (month: string): number => Date.parse(`${month}-01T00:00:00+09:00`);
export function monthBefore(month: string, by = 1): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return monthNow();
  at.setUTCMonth(at.getUTCMonth() - by);
  return text(at);
}
/** To choose from: two years back from now, and whichever is shown. */
export function months(shown: string): string[] {
  const all = Array.from({ length: 25 }, (_, n) => monthBefore(monthNow(), n));
  return all.includes(shown) ? all : [...all, shown].sort().reverse();
}
