// The built page in a real browser, opened from a file as a reader would open it.
// With DURE_REPORT=path/to/report.html the checks that hold for any report run on that one too.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { fixture } from "../fixtures/make.mjs";
import { withoutNetwork } from "../fixtures/network.mjs";
import { withAssets } from "../fixtures/assets.mjs";
import { withoutMoney } from "../fixtures/money.mjs";
import { withoutPhysics } from "../fixtures/physics.mjs";
import { built, jsonOf, launch, placeholder, report } from "../tools/page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "dure-web-"));
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); rmSync(folder, { recursive: true, force: true }); });

let files = 0;
const write = (json) => {
  const path = join(folder, `${files++}.html`);
  writeFileSync(path, report(json));
  return path;
};

/** Opens a report; what went wrong in it (errors, warnings, requests to anywhere but the file) is in `wrong`. */
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: "en-GB", colorScheme: "light", ...options });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage(), wrong = [], url = pathToFileURL(path).href;
  page.on("console", (m) => { if (["error", "warning"].includes(m.type())) wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`thrown: ${e.message}`));
  page.on("request", (r) => { if (r.url() !== url && !r.url().startsWith("data:")) wrong.push(`request: ${r.url().slice(0, 120)}`); });
  await page.goto(url);
  await page.locator("h1").waitFor();
  return { page, wrong, close: () => context.close() };
}
const press = (page, selector) => page.locator(selector).first().click();
const overflow = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 0.5 && !inScroller(e)).map((e) => `${e.tagName}.${e.className}`);
  return { page: document.documentElement.scrollWidth - width, wide: wide.slice(0, 5) };
});

// ---- what holds for any report -------------------------------------------------------------------------------------

function anyReport(name, pathOf) {
  describe(name, () => {
    let path, json;
    before(() => { path = pathOf(); json = jsonOf(readFileSync(path, "utf8")); });

    test("opens offline: no error, no request", async () => {
      const { page, wrong, close } = await open(path);
      await page.locator("#time .chart svg").first().waitFor();
      await page.locator("#buildout .chart svg").first().waitFor();
      assert.deepEqual(wrong, []);
      await close();
    });

    test("figures are those of the JSON, in both languages", async () => {
      for (const locale of ["en-GB", "ko-KR"]) {
        const { page, close } = await open(path, { locale });
        const shown = await page.locator("[data-figure]").evaluateAll((all) => all.map((e) => [e.dataset.figure, e.dataset.value, e.textContent.trim()]));
        const { water, failures, demand_response, money } = json.summary;
        assert.equal(new Set(shown.map(([key]) => key)).size, 16 + (water?.modelled ? 2 : 0) + (failures?.modelled ? 2 : 0) + (demand_response ? 2 : 0) + (money ? 5 : 0));
        const count = new Intl.NumberFormat(locale.slice(0, 2));
        for (const [key, value, text] of shown) {
          const truth = key.split(".").reduce((o, k) => o?.[k], json.summary);
          assert.equal(value, truth === undefined || truth === null ? "" : String(truth), key);
          if (["gpus.installed_at_end", "gpus.announced_at_end", "gpus.unpowered_at_end", "jobs.done", "sovereignty.violations"].includes(key) && typeof truth === "number")
            assert.ok(text.startsWith(count.format(truth)), `${key}: ${text} should show ${truth}`);
          if (key === "gpus.utilization" && typeof truth === "number") assert.ok(text.startsWith((truth * 100).toFixed(1)), `${key}: ${text}`);
          if (key === "energy.facility_mwh" && typeof truth === "number") assert.ok(text.replaceAll(",", "").startsWith((truth >= 1000 ? truth / 1000 : truth).toFixed(1)), `${key}: ${text}`);
        }
        await close();
      }
    });

    test("tables hold every row of the JSON, and the record's hash stands there", async () => {
      const { page, close } = await open(path);
      for (const [table, rows] of [["sites", json.summary.sites], ["members", json.summary.members], ["workloads", json.summary.workloads]])
        assert.equal(await page.locator(`[data-table=${table}] tbody tr`).count(), Math.max(1, rows.length), table);
      assert.equal(await page.locator("[data-record]").textContent(), json.summary.record_sha256 || "–");
      if (json.summary.balance.checks.length) assert.equal(await page.locator("[data-table=balance] tbody tr").count(), json.summary.balance.checks.length);
      await close();
    });

    test("every site stands once on the map and can be chosen with the keyboard", async () => {
      const { page, wrong, close } = await open(path);
      const placed = json.summary.sites.filter((s) => typeof s.lat_deg === "number" && typeof s.lon_deg === "number").map((s) => s.id);
      await page.locator("[data-site]").first().waitFor();
      const drawn = await page.locator("[data-site]").evaluateAll((all) => all.map((e) => e.dataset.site));
      assert.deepEqual([...drawn].sort(), [...placed].sort());
      for (const id of placed.slice(0, 3)) {
        await page.locator(`[data-site="${id}"]`).focus();
        await page.keyboard.press("Enter");
        await page.locator(`[data-detail="${id}"]`).waitFor();
      }
      await press(page, "#map [data-option=mw]");
      assert.equal(await page.locator("[data-site]").count(), placed.length);
      assert.deepEqual(wrong, []);
      await close();
    });

    test("circles on the map do not lie over each other", async () => {
      const { page, close } = await open(path);
      await page.locator("[data-site]").first().waitFor();
      const deepest = await page.evaluate(() => Math.max(0, ...[...document.querySelectorAll(".maps svg")].flatMap((svg) => {
        const c = [...svg.querySelectorAll("[data-site] .outer")].map((e) => [e.cx.baseVal.value, e.cy.baseVal.value, e.r.baseVal.value]);
        return c.flatMap((a, i) => c.slice(i + 1).map((b) => a[2] + b[2] - Math.hypot(a[0] - b[0], a[1] - b[1])));
      })));
      assert.ok(deepest < 1, `overlap of ${deepest} px`);
      await close();
    });

    test("language switches and is remembered", async () => {
      const { page, wrong, close } = await open(path, { locale: "ko-KR" });
      assert.equal(await page.evaluate(() => document.documentElement.lang), "ko");
      const ko = await page.locator("#figures h2").textContent();
      await press(page, "[data-option=en]");
      await page.waitForFunction(() => document.documentElement.lang === "en");
      assert.notEqual(await page.locator("#figures h2").textContent(), ko);
      await page.reload();
      await page.locator("h1").waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      assert.deepEqual(wrong, []);
      await close();
    });

    test("theme follows the system, switches and is remembered", async () => {
      const { page, wrong, close } = await open(path, { colorScheme: "dark" });
      const theme = () => page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]);
      const [first, dark] = await theme();
      assert.equal(first, "dark");
      await press(page, ".theme");
      await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
      assert.notEqual((await theme())[1], dark);
      await page.reload();
      await page.locator("h1").waitFor();
      assert.equal((await theme())[0], "light");
      assert.deepEqual(wrong, []);
      await close();
    });

    test("every way to split the time chart draws", async () => {
      const { page, wrong, close } = await open(path);
      for (const by of ["member", "site", "total"]) {
        await press(page, `#time [data-option=${by}]`);
        await page.locator(`#time [data-option=${by}][aria-pressed=true]`).waitFor();
        assert.ok(await page.locator("#time .legend li").count() >= 2);
      }
      assert.deepEqual(wrong, []);
      await close();
    });

    for (const width of [360, 768, 1440])
      for (const locale of ["ko-KR", "en-GB"])
        test(`nothing runs off the side at ${width} px in ${locale.slice(0, 2)}`, async () => {
          const { page, wrong, close } = await open(path, { locale, viewport: { width, height: 800 } });
          assert.deepEqual(await overflow(page), { page: 0, wide: [] });
          for (const more of await page.locator("[data-more]:visible").all()) await more.click();
          await press(page, "#time [data-option=member]");
          await page.locator("#time summary").click();
          assert.deepEqual(await overflow(page), { page: 0, wide: [] });
          assert.deepEqual(wrong, []);
          await close();
        });

    for (const [colorScheme, width] of [["light", 1440], ["dark", 1440], ["light", 390], ["dark", 390]])
      test(`no serious fault of accessibility, ${colorScheme}, ${width} px`, async () => {
        const { page, close } = await open(path, { colorScheme, viewport: { width, height: 900 } });
        await page.locator("[data-site]").first().waitFor();
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(found.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.target} ${n.any[0]?.message ?? ""}`).join(" | ")}`), []);
        await close();
      });

    test("prints on white paper without the switches", async () => {
      const { page, close } = await open(path, { colorScheme: "dark" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      await page.emulateMedia({ media: "print" });
      await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
      assert.equal(await page.locator(".bar.screen").isVisible(), false);
      assert.equal(await page.locator("[data-table=sites] tbody tr:visible").count(), Math.max(1, json.summary.sites.length));
      await close();
    });
  });
}

anyReport("fixture", () => write(fixture()));
anyReport("fixture with energy assets", () => write(withAssets(fixture())));
anyReport("fixture without physics", () => write(withoutMoney(withoutPhysics(fixture()))));
if (process.env.DURE_REPORT) anyReport("DURE_REPORT", () => resolve(process.env.DURE_REPORT));

// ---- the page itself, and what it does with odd data ----------------------------------------------------------------

describe("built page", () => {
  test("is one small file with one placeholder and no address to fetch", () => {
    const html = readFileSync(built, "utf8");
    assert.equal(html.split(placeholder).length, 2);
    assert.ok(statSync(built).size < 1_000_000, `${statSync(built).size} bytes`);
    assert.doesNotMatch(html, /<script[^>]+src=|<link[^>]+rel="(stylesheet|modulepreload)"|@import/);
    assert.doesNotMatch(html, /"fixture\/|naver_gak_sejong/);
  });

  test("without data it says so, in both languages", async () => {
    for (const [locale, words] of [["ko-KR", "자료가 없습니다"], ["en-GB", "No data"]]) {
      const { page, wrong, close } = await open(write(null), { locale });
      assert.match(await page.locator("h1").textContent(), new RegExp(words));
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await close();
    }
  });
});

describe("tables", () => {
  test("sort both ways by number and by word; unknown stays last", async () => {
    const { page, close } = await open(write(fixture()));
    const column = (key) => page.locator(`[data-table=sites] tbody td[data-column=${key}]`).evaluateAll((all) => all.map((e) => (e.dataset.value === undefined || e.dataset.value === "" ? null : Number(e.dataset.value))));
    const names = () => page.locator("[data-table=sites] tbody th span").evaluateAll((all) => all.map((e) => e.firstChild.textContent));
    const sort = (key) => press(page, `[data-table=sites] [data-sort=${key}]`);
    const sorted = (values, sign) => { const known = values.filter((v) => v !== null); return [...known].sort((a, b) => sign * (a - b)).concat(values.filter((v) => v === null)); };

    await sort("grid_mw");
    let values = await column("grid_mw");
    assert.ok(values.includes(null));
    assert.deepEqual(values, sorted(values, -1));
    assert.equal(await page.locator("[data-table=sites] th:has([data-sort=grid_mw])").getAttribute("aria-sort"), "descending");
    await sort("grid_mw");
    values = await column("grid_mw");
    assert.deepEqual(values, sorted(values, 1));
    await sort("name");
    const words = await names();
    assert.deepEqual(words, [...words].sort((a, b) => a.localeCompare(b, "en")));
    assert.equal(words.length, 28);
    await close();
  });

  test("show the rest on demand, and sort as cards on a phone", async () => {
    const { page, close } = await open(write(fixture()), { viewport: { width: 390, height: 800 } });
    const rows = page.locator("[data-table=sites] tbody tr:visible");
    const few = await rows.count();
    await press(page, "[data-more=sites]");
    assert.ok(few < 28);
    assert.equal(await rows.count(), 28);
    await page.locator("#sites .sorter select").first().selectOption("pue");
    const pue = await page.locator("[data-table=sites] td[data-column=pue]").evaluateAll((all) => all.map((e) => Number(e.dataset.value)));
    assert.deepEqual(pue, [...pue].sort((a, b) => b - a));
    await close();
  });
});

describe("fairness", () => {
  test("waits are those of the two policies, and the measure can be chosen", async () => {
    const json = fixture();
    const { page, wrong, close } = await open(write(json));
    const widths = () => page.locator("[data-chart=waits-compared] li").evaluateAll((all) => all.map((e) => [e.dataset.member, ...[...e.querySelectorAll("i")].map((b) => b.getBoundingClientRect().width)]));
    for (const measure of ["mean", "p95"]) {
      await press(page, `#fairness [data-option=${measure}]`);
      const bars = await widths(), by = (list, id) => list.find((m) => m.id === id)[`${measure}_wait_s`];
      const most = Math.max(...bars.map(([id]) => Math.max(by(json.summary.members, id), by(json.summary.compare.members, id))));
      const full = Math.max(...bars.flatMap(([, a, b]) => [a, b]));
      for (const [id, here, there] of bars) {
        assert.ok(Math.abs(here - Math.max(1, (full * by(json.summary.members, id)) / most)) < 2, `${id} ${measure}`);
        assert.ok(Math.abs(there - Math.max(1, (full * by(json.summary.compare.members, id)) / most)) < 2, `${id} ${measure}`);
      }
    }
    assert.equal(await page.locator("[data-fair=guarantee_hits]").innerText(), "99.0%");
    assert.equal(await page.locator("[data-table=fairness] tbody tr").count() > 5, true);
    assert.deepEqual(wrong, []);
    await close();
  });
  test("a result without it has no such part", async () => {
    const json = fixture();
    delete json.summary.fairness;
    delete json.summary.compare;
    const { page, wrong, close } = await open(write(json));
    assert.equal(await page.locator("#fairness").count(), 0);
    assert.equal(await page.locator('nav a[href="#fairness"]').count(), 0);
    assert.deepEqual(wrong, []);
    await close();
  });
});

// What was made of the JSON's numbers: [key, value] of each element.
const told = (page, selector, key) => page.locator(selector).evaluateAll((all, key) => all.map((e) => [e.dataset[key], Number(e.dataset.value)]), key);
const close = (a, b) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

describe("physics", () => {
  for (const [locale, width] of [["ko-KR", 390], ["en-GB", 1440]])
    test(`energy, money, water and failures are those of the JSON, ${locale.slice(0, 2)}, ${width} px`, async () => {
      const json = fixture(), s = json.summary;
      const { page, wrong, close: shut } = await open(write(json), { locale, viewport: { width, height: 900 } });
      await page.locator("#energy .chart svg").first().waitFor();
      const parts = new Map(await told(page, "#energy [data-part]", "part"));
      for (const part of ["conversion", "fans", "pumps", "compressors"]) assert.ok(close(parts.get(part), s.energy.parts[`${part}_mwh`]), part);
      assert.ok(Math.abs([...parts.values()].reduce((a, b) => a + b) - s.energy.facility_mwh) < 1);
      for (const [key, krw] of await told(page, "#energy [data-bill]", "bill")) assert.equal(krw, key === "water" ? s.water.cost_krw : s.cost.parts[key], key);
      // The table says what the flow shows, site by site.
      const drawn = s.sites.filter((x) => x.energy_mwh > 0);
      assert.equal(await page.locator("[data-table=energy-sites] tbody tr").count(), drawn.length);
      const column = async (key) => (await told(page, `[data-table=energy-sites] tbody td[data-column=${key}]`, "column")).map(([, v]) => v).sort((a, b) => a - b);
      for (const key of ["water_m3", "t_co2e", "energy_krw"]) assert.deepEqual(await column(key), drawn.map((x) => x.physics[key]).sort((a, b) => a - b), key);
      assert.match(await page.locator("#energy .chart").first().getAttribute("aria-label"), new RegExp(new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format((100 * s.energy.parts.conversion_mwh) / s.energy.facility_mwh)));
      assert.equal(await page.locator("#energy .field > i").count(), 24 * json.physics.days.length);
      assert.equal(await page.locator("[data-table=failures] tbody tr").count(), s.failures.causes.length);
      assert.ok((await page.locator("[data-table=failures]").innerText()).includes(s.failures.causes.find((c) => c.id === "ulsan_substation")[locale === "ko-KR" ? "name_ko" : "name_en"]));
      assert.doesNotMatch(await page.locator("main").innerText(), /gpu_fault|power_cooling_water|NaN|undefined/);
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await shut();
    });
  test("a result without them has no such parts", async () => {
    const { page, wrong, close: shut } = await open(write(withoutPhysics(fixture())));
    for (const id of ["energy", "failures"]) assert.equal(await page.locator(`#${id}, nav a[href="#${id}"]`).count(), 0);
    assert.deepEqual(wrong, []);
    await shut();
  });
});

describe("money", () => {
  for (const [locale, width] of [["ko-KR", 390], ["en-GB", 1440]])
    test(`cost by part, member, site and class is that of the JSON, ${locale.slice(0, 2)}, ${width} px`, async () => {
      const json = fixture(), m = json.summary.money;
      const { page, wrong, close: shut } = await open(write(json), { locale, viewport: { width, height: 900 } });
      for (const [key, v] of await told(page, "#money [data-figure]", "figure")) assert.ok(close(v, m[key.replace("money.", "")]), key);
      const parts = new Map(await told(page, "#money [data-money]", "money"));
      for (const [key, krw] of Object.entries(m.parts)) assert.equal(parts.get(key), krw > 0 ? krw : undefined, key);
      assert.equal([...parts.values()].reduce((a, b) => a + b), m.cost_krw);
      assert.deepEqual(await told(page, "#money [data-tokens]", "tokens"), m.tokens.map((x) => [x.workload, x.krw_per_million_tokens]));
      const column = async (table, key) => (await told(page, `[data-table=${table}] tbody td[data-column=${key}]`, "column")).map(([, v]) => v).sort((a, b) => a - b);
      const sorted = (rows, key) => rows.map((x) => x[key]).sort((a, b) => a - b);
      assert.deepEqual(await column("money-sites", "cost_krw"), sorted(m.sites, "cost_krw"));
      assert.deepEqual(await column("money-hardware", "cost_krw"), sorted(m.hardware, "cost_krw"));
      assert.deepEqual(await column("money-members", "net_krw"), sorted(m.members.filter((x) => x.cost_krw > 0 || x.paid_krw > 0), "net_krw"));
      assert.match(await page.locator("[data-table=sites]").innerText(), locale === "ko-KR" ? /랙/ : /Rack/);
      assert.doesNotMatch(await page.locator("#money").innerText(), /_krw|NaN|undefined/);
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await shut();
    });
  test("a result without it has no such part", async () => {
    const { page, wrong, close: shut } = await open(write(withoutMoney(fixture())));
    assert.equal(await page.locator('#money, nav a[href="#money"]').count(), 0);
    assert.doesNotMatch(await page.locator("[data-table=sites]").innerText(), /swing|binds/);
    assert.deepEqual(wrong, []);
    await shut();
  });
});

describe("network", () => {
  for (const [locale, width] of [["ko-KR", 390], ["en-GB", 1440]])
    test(`traffic, links, what fell short and cuts are those of the JSON, ${locale.slice(0, 2)}, ${width} px`, async () => {
      const json = fixture(), n = json.summary.network;
      const { page, wrong, close: shut } = await open(write(json), { locale, viewport: { width, height: 900 } });
      assert.deepEqual(await told(page, "#network [data-traffic]", "traffic"), n.kinds.map((k) => [k.kind, k.sent_gb]));
      for (const [table, rows] of [["links", n.links], ["short-flows", n.flows.filter((f) => f.short_h > 0)], ["cuts", n.cuts]])
        assert.equal(await page.locator(`[data-table=${table}] tbody tr`).count(), rows.length, table);
      const column = async (key) => (await told(page, `[data-table=links] tbody td[data-column=${key}]`, "column")).map(([, v]) => v).sort((a, b) => a - b);
      for (const key of ["checkpoint_gb", "mean_utilization", "above_90_h"]) assert.deepEqual(await column(key), n.links.map((l) => l[key]).sort((a, b) => a - b), key);
      assert.ok((await page.locator("[data-table=cuts]").innerText()).includes(n.cuts[0][locale === "ko-KR" ? "name_ko" : "name_en"]));
      assert.doesNotMatch(await page.locator("#network").innerText(), /data_set|NaN|undefined/);
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await shut();
    });
  test("a result without traffic has no such part", async () => {
    const { page, wrong, close: shut } = await open(write(withoutNetwork(fixture())));
    assert.equal(await page.locator('#network, nav a[href="#network"]').count(), 0);
    assert.deepEqual(wrong, []);
    await shut();
  });
});

describe("energy assets", () => {
  for (const [locale, width] of [["ko-KR", 390], ["en-GB", 1440]])
    test(`sources, contract, battery, demand response and acts are those of the JSON, ${locale.slice(0, 2)}, ${width} px`, async () => {
      const json = withAssets(fixture()), s = json.summary;
      const { page, wrong, close: shut } = await open(write(json), { locale, viewport: { width, height: 900 } });
      await page.locator("#energy .chart svg").first().waitFor();
      const sources = new Map(await told(page, "#energy [data-source]", "source"));
      for (const [key, mwh] of Object.entries(s.energy.sources)) if (key !== "battery_loss_mwh") assert.equal(sources.get(key), mwh, key);
      // grid + contract + panels + discharge = facility + charge + export - unserved
      const of = (...keys) => keys.reduce((sum, key) => sum + sources.get(key), 0);
      assert.ok(Math.abs(of("grid_mwh", "ppa_mwh", "solar_mwh", "discharge_mwh") - (s.energy.facility_mwh + of("charge_mwh", "export_mwh") - of("unserved_mwh"))) < 1);
      const bill = new Map(await told(page, "#energy [data-bill]", "bill"));
      for (const key of ["ppa_krw", "export_krw", "demand_response_krw"]) assert.equal(bill.get(key), s.cost.parts[key], key);
      assert.deepEqual(new Map(await told(page, "#energy [data-figure]", "figure")), new Map([["demand_response.calls", 3], ["demand_response.delivered_mwh", 43.5]]));
      assert.equal(await page.locator("[data-table=energy-sources] tbody tr").count(), 3);
      assert.equal(await page.locator("[data-table=acts] tbody tr").count(), s.acts.length);
      assert.match(await page.locator("#energy .chart").first().getAttribute("aria-label"), locale === "ko-KR" ? /모든 전원/ : /all sources/);
      assert.doesNotMatch(await page.locator("main").innerText(), /battery_charge|grid_curtailment|energy_of_sources|NaN|undefined/);
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await shut();
    });
  test("acts of a policy for energy are told where no site has assets", async () => {
    const json = fixture();
    json.summary.acts = [{ site: "ulsan_sk_aws", kind: "cap", times: 5, hours: 30, kwh: 81_250, krw: 19_400_000, kg_co2: 22_750 }, { site: "ulsan_sk_aws", kind: "shift", times: 12, hours: 96, kwh: 40_500, krw: -1_250_000 }];
    const { page, wrong, close: shut } = await open(write(json), { locale: "en-GB" });
    const rows = page.locator("#energy [data-table=acts] tbody tr");
    assert.equal(await rows.count(), 2);
    assert.match(await rows.nth(0).innerText(), /81\.3/);
    assert.match(await rows.nth(1).innerText(), /−₩1\.25\s?million/);
    assert.equal(await page.locator("[data-source], [data-table=energy-sources]").count(), 0);
    assert.deepEqual(wrong, []);
    await shut();
  });
  test("a result without them says nothing of them", async () => {
    const { page, wrong, close: shut } = await open(write(fixture()));
    await page.locator("#energy .chart svg").first().waitFor();
    assert.equal(await page.locator("[data-source], [data-table=acts], [data-table=energy-sources], [data-bill=ppa_krw]").count(), 0);
    assert.match(await page.locator("#energy .chart").first().getAttribute("aria-label"), /from the grid/);
    assert.deepEqual(wrong, []);
    await shut();
  });
});

describe("lending", () => {
  test("the field shows the matrix, owners down and users across", async () => {
    const json = fixture();
    const { page, close } = await open(write(json));
    const cells = await page.locator("[data-table=lending] tbody td").evaluateAll((all) => all.map((e) => [e.dataset.owner, e.dataset.user, Number(e.dataset.value)]));
    for (const [owner, user, value] of cells) assert.equal(value, json.lending.gpu_h[json.lending.members.indexOf(owner)][json.lending.members.indexOf(user)]);
    const sum = cells.filter(([o, u]) => o !== u).reduce((s, c) => s + c[2], 0);
    assert.equal(sum, json.summary.gpus.lent_gpu_h);
    await close();
  });
});

describe("odd data", () => {
  const odd = {
    "nothing but a summary": { summary: {} },
    "empty lists": (() => { const r = fixture(); for (const k of ["sites", "members", "workloads"]) r.summary[k] = []; r.summary.balance = { ok: true, checks: [] }; r.summary.services = { modelled: false }; r.series = {}; r.buildout = {}; r.waits = {}; r.lending = {}; r.decisions = []; return r; })(),
    "wrong kinds in the physics": (() => { const r = fixture(); r.physics = { overhead_mw: "x", dry_bulb_c: [null, "a"], krw_per_kwh: {}, days: [3], facility_mw_by_hour: [7, null] }; r.summary.sites[0].physics = 3; r.summary.failures.causes = [4, {}]; r.summary.cost.parts = []; r.summary.water.makeup_m3 = "much"; return r; })(),
    "wrong kinds in the network": (() => { const r = fixture(); r.summary.network = { modelled: true, kinds: [3, {}], links: { a: 1 }, flows: [null, { short_h: 2 }], cuts: [{ links: "all", rerouted: "many" }] }; return r; })(),
    "wrong kinds in the energy assets": (() => { const r = fixture(); r.summary.energy.sources = { grid_mwh: 5, ppa_mwh: "x" }; r.summary.demand_response = { calls: 1, asked_mwh: {} }; r.summary.acts = [3, { site: 4, kind: null }]; r.summary.sites[0].physics.assets = { grid_mwh: 1 }; return r; })(),
    "wrong kinds everywhere": (() => { const r = fixture(); r.summary.sites = { a: 1 }; r.summary.gpus = null; r.summary.jobs = []; r.series.total.used_gpus = "many"; r.waits.edges_s = [null, "x"]; r.lending.gpu_h = [[1], null, "x"]; r.buildout.by_member = [1, { id: 3, gpus: [null, {}] }]; r.summary.from = 5; return r; })(),
    "sites without a place, owner or power": (() => { const r = fixture(); r.summary.sites.forEach((s, i) => { if (i % 3 === 0) { s.lat_deg = null; s.owner = "nobody"; s.grid_mw = null; s.hardware = null; } }); return r; })(),
    "unknown members, codes and keys": (() => { const r = fixture(); r.new_thing = { a: [1] }; r.summary.jobs.waits_by_reason.a_new_reason = 5; r.summary.policy = "new_policy"; r.lending.members[0] = "who"; r.series.members[0].id = "who_else"; r.summary.sites[0].grid_status = "new"; return r; })(),
    "one site, one hour": (() => { const r = fixture(); r.summary.sites.length = 1; r.summary.members.length = 1; r.summary.to = "2030-10-01T01:00:00+09:00"; r.series.points = 1; for (const s of [r.series.total, ...r.series.sites, ...r.series.members]) for (const k of Object.keys(s)) if (Array.isArray(s[k])) s[k].length = 1; return r; })(),
    "a year at 15 minutes' grain in a few sites": (() => { const r = fixture(); const n = 35040; r.series.step_s = 900; r.series.from = r.summary.from = "2029-01-01T00:00:00+09:00"; r.summary.to = "2030-01-01T00:00:00+09:00"; for (const s of [r.series.total]) for (const k of Object.keys(s)) s[k] = Array.from({ length: n }, (_, i) => 100 + (i % 96)); r.series.sites.length = 2; for (const s of r.series.sites) { s.used_gpus = r.series.total.used_gpus; s.facility_mw = r.series.total.facility_mw; } return r; })(),
    "failed checks and violations": (() => { const r = fixture(); r.summary.sovereignty.violations = 3; r.summary.balance.ok = false; r.summary.balance.checks[1].ok = false; return r; })(),
  };
  for (const [name, json] of Object.entries(odd))
    test(name, async () => {
      const { page, wrong, close } = await open(write(json), { viewport: { width: 768, height: 900 } });
      for (const language of ["ko", "en"]) await press(page, `[data-option=${language}]`);
      await press(page, "#map [data-option=mw]");
      for (const by of ["member", "site"]) await press(page, `#time [data-option=${by}]`);
      assert.doesNotMatch(await page.locator("main").innerText(), /NaN|undefined|\[object|Infinity/);
      assert.deepEqual(await overflow(page), { page: 0, wide: [] });
      assert.deepEqual(wrong, []);
      await close();
    });

  test("markup in names stays text, in the page and in tooltips", async () => {
    const json = fixture(), evil = '</script><img src=x onerror="window.hit=1"><b>&lt;';
    for (const list of [json.summary.sites, json.summary.members]) for (const x of list) { x.name_en = evil + x.id; x.name_ko = evil + x.id; }
    json.summary.scenario = json.summary.title_en = evil;
    json.decisions[0].question_en = json.method.notes_en[0] = json.summary.workloads[0].title_en = evil;
    const { page, wrong, close } = await open(write(json));
    assert.ok((await page.locator("h1").textContent()).startsWith(evil));
    await press(page, "#time [data-option=site]");
    for (const chart of ["#time", "#buildout"]) {
      await page.locator(`${chart} .chart`).hover({ position: { x: 500, y: 120 } });
      await page.waitForFunction((c) => document.querySelector(`${c} .chart table`), chart);
    }
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("main img, main b b").count(), 0);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("a browser that keeps nothing still switches", async () => {
    const path = write(fixture());
    const context = await browser.newContext({ locale: "ko-KR" });
    const page = await context.newPage();
    await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get() { throw new Error("denied"); } }));
    await page.goto(pathToFileURL(path).href);
    await press(page, "[data-option=en]");
    await page.waitForFunction(() => document.documentElement.lang === "en" && location.hash.includes("lang=en"));
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === "en");
    await context.close();
  });
});

describe("tooltip of the time chart", () => {
  test("shows the hour's figures in Korean time", async () => {
    const json = fixture();
    const { page, close } = await open(write(json), { timezoneId: "America/New_York" });
    const box = page.locator("#time .chart");
    await box.hover({ position: { x: 600, y: 120 } });
    await page.waitForFunction(() => document.querySelector("#time .chart table"));
    const text = await box.innerText();
    const [, day, hour] = text.match(/\w{3} (\d+) Oct, (\d\d):00/) ?? [];
    const i = (Number(day) - 1) * 24 + Number(hour);
    assert.ok(text.includes(new Intl.NumberFormat("en").format(json.series.total.used_gpus[i])), `${i}: ${text}`);
    await close();
  });
});
