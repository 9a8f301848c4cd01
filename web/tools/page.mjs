// What tests and screenshots share: a report page from the build and a JSON, and Debian's Chromium.
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const placeholder = '<script type="application/json" id="dure-report">null</script>';
export const built = new URL("../dist/index.html", import.meta.url);

/** What `dure` does with the built page (src/app): the JSON in the placeholder's place, `</` escaped. */
export function report(json) {
  const page = readFileSync(built, "utf8");
  return page.replace(placeholder, () => placeholder.replace("null", () => JSON.stringify(json).replaceAll("</", "<\\/")));
}
/** The JSON inside a report page. */
export function jsonOf(html) {
  const found = html.match(/<script type="application\/json" id="dure-report">([\s\S]*?)<\/script>/);
  return found ? JSON.parse(found[1]) : null;
}
export function launch() {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium"].find((p) => p && existsSync(p));
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium, or set CHROMIUM");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}
