// npm run shots:hub -- OUTDIR [desktop|phone|ko|dark…]: the hub's pages over a real hub whose members have lent, in both
// languages, both themes and two widths.
import { mkdirSync } from "node:fs";
import { Hub } from "./hub.mjs";
import { launch } from "./page.mjs";

const [out, ...only] = process.argv.slice(2);
if (!out) { console.error("usage: npm run shots:hub -- OUTDIR [NAME…]"); process.exit(2); }
mkdirSync(out, { recursive: true });
const sizes = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 }, wall: { width: 1920, height: 1080 } };
const [hub, browser] = await Promise.all([Hub.start(), launch()]);
try {
  await hub.lend([["sk", 14, 8, 3], ["naver", 13, 8, 2], ["samsung", 22, 4, 4], ["sk", 11, 8, 1]], "pretrain");
  const { month } = await hub.get("/api/v1/ledger"), { parts } = await hub.get("/api/v1/ledger/lines");
  const p = parts.find((p) => p.owner !== p.member), line = new URLSearchParams({ month, pool: p.pool, owner: p.owner, member: p.member });
  const places = {
    ledger: ["#/ledger", ".flows svg"], lines: [`#/ledger/lines?${line}`, "[data-table=parts] td"], job: [`#/jobs/${p.job}?${line}&first=${p.first_entry}&last=${p.last_entry}`, "[data-entries] li"],
    member: ["#/ledger?member=sk", ".flows svg"], empty: ["#/ledger?month=2025-01", ".nothing"], fault: ["#/ledger?month=2026-99", "[data-problem]"],
  };
  for (const [size, viewport] of Object.entries(sizes))
    for (const lang of ["ko", "en"])
      for (const theme of ["light", "dark"])
        for (const [page, [place, seen]] of Object.entries(places)) {
          const name = `${page}-${size}-${lang}-${theme}`;
          if (only.length && !only.some((o) => name.includes(o))) continue;
          const tab = await browser.newPage({ viewport, deviceScaleFactor: size === "phone" ? 2 : 1, locale: lang === "ko" ? "ko-KR" : "en-GB", colorScheme: theme });
          await tab.goto(`${hub.url}/${place}`);
          await tab.locator(seen).first().waitFor();
          await tab.evaluate(() => document.fonts.ready);
          await tab.waitForTimeout(600);  // the chart grows
          await tab.screenshot({ path: `${out}/${name}.png`, fullPage: true });
          await tab.close();
          console.log(name);
        }
} finally {
  await browser.close();
  await hub.stop();
}
