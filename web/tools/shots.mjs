// npm run shots -- REPORT.html OUTDIR [desktop|phone…]: pictures in both languages, both themes and two widths,
// whole (full-*.png) and a screen at a time (part-*.png).
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./page.mjs";

const [file, out, ...only] = process.argv.slice(2);
if (!file || !out) { console.error("usage: npm run shots -- REPORT.html OUTDIR [NAME…]"); process.exit(2); }
mkdirSync(out, { recursive: true });
const sizes = { desktop: { width: 1440, height: 1100 }, phone: { width: 390, height: 844 } };
const browser = await launch();
for (const [size, viewport] of Object.entries(sizes))
  for (const lang of ["ko", "en"])
    for (const theme of ["light", "dark"]) {
      const name = `${size}-${lang}-${theme}`;
      if (only.length && !only.some((o) => name.includes(o))) continue;
      const page = await browser.newPage({ viewport, deviceScaleFactor: size === "phone" ? 2 : 1, locale: lang === "ko" ? "ko-KR" : "en-GB", colorScheme: theme });
      await page.goto(pathToFileURL(resolve(file)).href);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${out}/full-${name}.png`, fullPage: true });
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      for (let y = 0, n = 0; y < height; y += viewport.height - 60, n++) {
        await page.evaluate((to) => scrollTo({ top: to, behavior: "instant" }), y);
        await page.screenshot({ path: `${out}/part-${name}-${String(n).padStart(2, "0")}.png` });
      }
      await page.close();
      console.log(name, `${height} px`);
    }
await browser.close();
