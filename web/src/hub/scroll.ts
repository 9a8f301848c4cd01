// Where a page is looked at: a new one from its top, one that is gone back to from where it was left. The browser
// would do so too early, before the hub has answered. The page is held there until it is as tall as it has to be and
// has not changed its height for a while, in time and in frames (a busy machine shows few), with no question to the
// hub open: answers and charts come one after the other, above that place too.
import { underWay } from "./api";

const pathOf = (url: string) => (url.split("#")[1] ?? "").split("?")[0];

export function followScroll(arrived: () => void): () => void {
  history.scrollRestoration = "manual";
  const trail = [{ url: location.href, y: 0 }];
  let asked = 0;
  const stop = () => cancelAnimationFrame(asked);  // whoever moves the page has it
  const hands = ["wheel", "touchstart", "pointerdown", "keydown"] as const;
  for (const kind of hands) addEventListener(kind, stop, { passive: true });

  // By the time that the address is told to have changed, the page may be another, and a short one is at its top.
  let left = scrollY;
  const leave = () => { left = scrollY; };
  const moved = (e: HashChangeEvent) => {
    const here = trail.at(-1)!;
    here.y = left;
    if (pathOf(e.oldURL) === pathOf(e.newURL)) {  // the same page, of another month
      here.url = e.newURL;
      return;
    }
    const back = trail.at(-2)?.url === e.newURL;
    if (back) trail.pop();
    else trail.push({ url: e.newURL, y: 0 });
    const y = back ? trail.at(-1)!.y : 0, until = performance.now() + 20_000;  // a hub may be slow
    let height = 0, since = 0, frames = 0;
    cancelAnimationFrame(asked);
    const go = () => {
      scrollTo({ top: y, behavior: "instant" });
      const now = performance.now(), tall = document.documentElement.scrollHeight;
      frames += 1;
      if (tall !== height || scrollY < y - 1 || underWay() > 0) {
        height = tall;
        since = now;
        frames = 0;
      }
      if ((now - since < 500 || frames < 10) && now < until) asked = requestAnimationFrame(go);
    };
    asked = requestAnimationFrame(go);
    arrived();
  };
  addEventListener("popstate", leave);  // comes before hashchange, of links too
  addEventListener("hashchange", moved, { capture: true });
  return () => {
    removeEventListener("popstate", leave);
    removeEventListener("hashchange", moved, { capture: true });
    for (const kind of hands) removeEventListener(kind, stop);
  };
}
