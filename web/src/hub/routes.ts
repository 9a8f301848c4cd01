// What the application shows where: #/ledger?month=2026-11. Each page is loaded when it is first asked for. A page
// that stands in `menu` is in the bar; the others are reached from pages.
import wrap from "svelte-spa-router/wrap";
import { address } from "./api";
import NotFound from "./pages/NotFound.svelte";

export const routes = {
  "/": wrap({ asyncComponent: () => import("./pages/Ledger.svelte") }),  // until there is a page of what is now
  "/ledger": wrap({ asyncComponent: () => import("./pages/Ledger.svelte") }),
  "/ledger/lines": wrap({ asyncComponent: () => import("./pages/LedgerLines.svelte") }),
  "/jobs/:job": wrap({ asyncComponent: () => import("./pages/Job.svelte") }),
  "*": NotFound,
};
export const menu = [{ path: "/ledger", ko: "장부", en: "Ledger" }] as const;

/** A link within the application: `#/ledger?month=2026-11`. */
export const to = (path: string, query?: Record<string, string | number>) => `#${address(path, query)}`;
