// The hub's application in a real browser, against a real hub whose members have lent each other GPUs.
// DURE=path names another program than build/dure.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Hub, program } from "../tools/hub.mjs";
import { launch } from "../tools/page.mjs";
import { types } from "../tools/types.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const token = "a-token-of-sk", languages = { ko: "ko-KR", en: "en-GB" };
const evil = '</script><img src=x onerror="window.hit=1"><b>&lt;';

describe("application of the hub", { skip: existsSync(program()) ? false : `no ${program()}: ./build.sh` }, () => {
  let browser, hub, statement, lines;
  before(async () => {
    [browser, hub] = await Promise.all([launch(), Hub.start({ users: { viewer: token } })]);
    await hub.lend([["sk", 14, 8, 2], ["naver", 12, 8, 2], ["samsung", 20, 4, 2]]);
    await hub.submit({ member: "sk", name: evil, gpus: 1, command: ["true"] });
    await hub.settled();
    statement = await hub.get("/api/v1/ledger");
    lines = await hub.get("/api/v1/ledger/lines?limit=10000");
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** What went wrong (errors, warnings, the hub's policy, requests to anywhere else) is in `wrong`. */
  async function open(place = "#/ledger", { locale = "en-GB", width = 1440, height = 900, expected = /^$/, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme: "light", ...options });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage(), wrong = [];
    page.on("console", (m) => { if (["error", "warning"].includes(m.type()) && !expected.test(m.text())) wrong.push(`console: ${m.text()}`); });
    page.on("pageerror", (e) => wrong.push(`thrown: ${e.message}`));
    page.on("request", (r) => { if (!r.url().startsWith(`${hub.url}/`) && !r.url().startsWith("blob:")) wrong.push(`request: ${r.url().slice(0, 120)}`); });
    await page.goto(`${hub.url}/${place}`);
    return { page, context, wrong, close: () => context.close() };
  }
  const won = (n, lang) => (lang === "ko" ? `${new Intl.NumberFormat("ko").format(n)}원` : `₩${new Intl.NumberFormat("en").format(n)}`);
  const loans = () => statement.rows.filter((r) => r.owner !== r.member);
  const lined = (page) => page.locator("[data-table=lines] tbody tr");
  const overflow = (page) => page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 0.5 && !inScroller(e)).map((e) => `${e.tagName}.${e.className}`);
    const cut = [...document.querySelectorAll(".frame")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => `table ${e.scrollWidth} in ${e.clientWidth}`);
    return { page: document.documentElement.scrollWidth - width, wide: [...wide.slice(0, 5), ...cut] };
  });
  async function violations(page) {
    // By the debugger, which the page's own policy does not bind.
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.target} ${n.any[0]?.message ?? ""}`).join(" | ")}`);
  }
  /** A line of a statement, a job of it: by links, as somebody would go. */
  const placeOfLine = () => {
    const r = loans()[0];
    return `#/ledger/lines?month=${statement.month}&pool=${r.pool}&owner=${r.owner}&member=${r.member}`;
  };
  const placeOfJob = () => {
    const r = loans()[0], p = lines.parts.find((p) => p.pool === r.pool && p.member === r.member);
    return `#/jobs/${p.job}?month=${statement.month}&pool=${r.pool}&owner=${r.owner}&member=${r.member}&first=${p.first_entry}&last=${p.last_entry}`;
  };

  test("the ledger has lending to show", () => {
    assert.ok(loans().length >= 3, JSON.stringify(statement.rows));
    assert.equal(statement.sum_krw, 0);
  });

  test("what it is typed by is what this hub serves", async () => {
    const kept = readFileSync(new URL("../src/hub/schema.ts", import.meta.url), "utf8");
    assert.ok(kept.endsWith(await types(hub)), "not up to date: npm run api");
  });

  test("first load: within 400 KB, kept by its names, from this hub alone", async () => {
    const { page, wrong, close } = await open();
    await lined(page).first().waitFor();
    await page.locator(".flows svg").waitFor();
    const folder = fileURLToPath(new URL("../dist/hub/", import.meta.url));
    const all = readdirSync(folder, { recursive: true }).filter((f) => f.endsWith(".gz")).reduce((n, f) => n + statSync(folder + f).size, 0);
    assert.ok(all < 400_000, `${all} bytes in all`);
    const served = await fetch(`${hub.url}/`), html = await served.text();
    assert.match(served.headers.get("content-security-policy"), /^default-src 'self';/);
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc="\/assets\/)|<style|https?:\/\//);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const asset = await fetch(hub.url + path);
      assert.equal(asset.status, 200, path);
      assert.match(asset.headers.get("cache-control"), /immutable/);
    }
    assert.deepEqual(wrong, []);
    await close();
  });

  for (const [lang, locale] of Object.entries(languages))
    test(`figures are those of the API, in ${lang}`, async () => {
      const { page, wrong, close } = await open("#/ledger", { locale });
      await lined(page).first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
      assert.equal(await lined(page).count(), loans().length);
      const worth = statement.members.reduce((n, m) => n + m.credit_krw, 0);
      assert.ok((await page.locator("[data-story]").innerText()).includes(won(worth, lang)));
      assert.equal(await page.locator("[data-sum]").first().getAttribute("data-sum"), "0");
      const settled = page.locator("[data-table=settlement] tbody tr");
      assert.equal(await settled.count(), statement.members.length);
      for (const m of statement.members) {
        const row = settled.filter({ hasText: lang === "ko" ? m.name_ko : m.name_en });
        assert.equal(await row.locator("[data-column=balance_krw]").getAttribute("data-value"), String(m.balance_krw));
        assert.ok((await row.locator("[data-column=credit_krw]").innerText()).includes(won(m.credit_krw, lang)));
      }
      const text = await page.locator("main").innerText();
      assert.doesNotMatch(text, /NaN|undefined|\[object|Invalid/);
      if (lang === "en") assert.doesNotMatch(text, /[가-힣]/);
      assert.deepEqual(wrong, []);
      await close();
    });

  test("the flow chart draws every loan and follows the language and the measure", async () => {
    const { page, wrong, close } = await open();
    await page.locator(".flows svg").waitFor();
    const label = () => page.locator(".flows .chart").getAttribute("aria-label");
    const pairs = new Set(loans().map((r) => `${r.owner} ${r.member}`));
    assert.equal((await label()).split("→").length - 1, pairs.size);
    await page.locator("#flows [data-option=amount_krw]").click();
    assert.match(await label(), /₩/);
    await page.locator("[data-option=ko]").click();
    assert.match(await label(), /원/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("a line leads to its jobs, a job to the entries of the record, and back", async () => {
    const { page, wrong, close } = await open("#/ledger", { height: 600 });
    await page.locator(".flows svg").waitFor();
    const row = loans()[0], parts = lines.parts.filter((p) => p.pool === row.pool && p.owner === row.owner && p.member === row.member);
    await page.locator(`[data-table=lines] a[href*="pool=${row.pool}"][href*="member=${row.member}"]`).focus();
    await page.evaluate(() => scrollBy(0, 150));  // focus moves the page only if the line was out of sight
    // What is left is what is shown as the page changes: a chart that comes late may have moved it.
    await page.evaluate(() => addEventListener("popstate", () => { window.leftAt = scrollY; }, { once: true }));
    await page.keyboard.press("Enter");
    const shown = page.locator("[data-table=parts] tbody tr");
    await shown.first().waitFor();
    await page.waitForFunction(() => scrollY === 0);  // a new page from its top
    assert.equal(await shown.count(), parts.length);
    const sum = await page.locator("[data-table=parts] td[data-column=amount_krw]").evaluateAll((all) => all.reduce((n, e) => n + Number(e.dataset.value), 0));
    assert.equal(sum, row.amount_krw);
    await page.locator(`[data-table=parts] a[href*="/jobs/${parts[0].job}?"]`).click();
    await page.locator("[data-entries] li").first().waitFor();
    const inside = await page.locator("[data-entries] li.inside").evaluateAll((all) => all.map((e) => [Number(e.dataset.entry), e.dataset.what]));
    assert.deepEqual(inside[0], [parts[0].first_entry, "started"]);
    assert.deepEqual(inside.at(-1), [parts[0].last_entry, "ended"]);
    assert.equal(await page.locator("[data-entries] li").first().getAttribute("data-what"), "asked");
    await page.goBack();
    await shown.first().waitFor();
    await page.goBack();
    await lined(page).first().waitFor();
    await page.waitForFunction(() => window.leftAt > 0 && Math.abs(scrollY - window.leftAt) < 2);  // and back to where it was left
    assert.deepEqual(wrong, []);
    await close();
  });

  test("with the keyboard alone: a member, a line, a job", async () => {
    const { page, wrong, close } = await open();
    await lined(page).first().waitFor();
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.className), /skip/);
    await page.keyboard.press("Enter");
    const tab = async (selector) => {
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
      }
      assert.fail(`never reached: ${selector}`);
    };
    await tab("[data-choose=member]");
    await page.keyboard.press("S");  // of "Samsung", then "SK"
    await page.waitForFunction(() => location.hash.includes("member="));
    await tab("[data-table=lines] a");
    await page.keyboard.press("Enter");
    await page.locator("[data-table=parts] tbody tr").first().waitFor();
    await tab("[data-table=parts] a");
    await page.keyboard.press("Enter");
    await page.locator("[data-entries] li").first().waitFor();
    assert.deepEqual(wrong, []);
    await close();
  });

  test("the address holds month and member, and opens on them", async () => {
    const { page, wrong, close } = await open("#/ledger?member=sk");
    await lined(page).first().waitFor();
    assert.equal(await page.locator("[data-choose=member]").inputValue(), "sk");
    assert.equal(await lined(page).count(), loans().filter((r) => r.owner === "sk" || r.member === "sk").length);
    assert.equal(await page.locator("[data-table=settlement] tbody tr").count(), 1);
    await page.locator("[data-month=before]").click();
    await page.locator(".nothing").waitFor();  // empty
    assert.match(page.url(), /month=\d{4}-\d\d&member=sk/);
    await page.locator("[data-month=after]").click();
    await lined(page).first().waitFor();
    assert.deepEqual(wrong, []);
    await close();
  });

  test("CSV is the statement and all of a line's parts", async () => {
    const { page, wrong, close } = await open();
    await lined(page).first().waitFor();
    const saved = async () => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
      return [file.suggestedFilename(), readFileSync(await file.path(), "utf8").trim().split("\n")];
    };
    const [name, rows] = await saved();
    assert.equal(name, `ledger-${statement.month}.csv`);
    assert.equal(rows.length, 1 + statement.rows.length);
    await page.goto(`${hub.url}/${placeOfLine()}`);
    await page.locator("[data-table=parts] tbody tr").first().waitFor();
    assert.equal((await saved())[1].length, 1 + (await page.locator("[data-table=parts] tbody tr").count()));
    assert.deepEqual(wrong, []);
    await close();
  });

  test("where the hub wants a token it is asked for, tried, kept for this tab, and given up", async () => {
    const { page, wrong, close } = await open("#/ledger?member=sk", { expected: /401/ });
    await lined(page).first().waitFor();
    await page.evaluate(() => sessionStorage.setItem("dure.token", "an old one"));
    await page.reload();
    await page.locator("#token").waitFor();
    await page.locator("#token").fill("wrong");
    await page.keyboard.press("Enter");
    await page.locator("#refused:not(:empty)").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.locator("#token").fill(token);
    await page.keyboard.press("Enter");
    await lined(page).first().waitFor();  // where it was
    assert.equal(await page.locator("[data-choose=member]").inputValue(), "sk");
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
    assert.match(readFileSync(await file.path(), "utf8"), /^\ufeffmonth,/);
    await page.reload();
    await lined(page).first().waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem("dure.token")), null);
    await page.locator(".leave").click();
    assert.equal(await page.evaluate(() => sessionStorage.getItem("dure.token")), null);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("faults of the hub and of an address are said, in both languages, and can be tried again", async () => {
    for (const [lang, locale] of Object.entries(languages)) {
      const { page, wrong, close } = await open("#/ledger?month=2026-99", { locale, expected: /40[04]|ERR_FAILED|503/ });
      await page.locator("[data-problem=invalid_query]").waitFor();
      assert.equal(await overflow(page).then((o) => o.page), 0);
      await page.goto(`${hub.url}/#/jobs/99999`);
      await page.locator("[data-problem=unknown_job]").first().waitFor();
      await page.goto(`${hub.url}/#/nowhere`);
      await page.locator("main h1").waitFor();
      await page.route("**/api/v1/ledger*", (r) => r.abort());
      await page.goto(`${hub.url}/#/ledger`);
      const said = page.locator("[data-problem=no_answer]");
      await said.waitFor();
      assert.match(await said.innerText(), lang === "ko" ? /응답하지 않습니다/ : /does not answer/);
      assert.deepEqual(await violations(page), []);
      await page.unroute("**/api/v1/ledger*");
      await said.locator("button").click();
      await lined(page).first().waitFor();
      assert.deepEqual(wrong, []);
      await close();
    }
  });

  test("while an answer is awaited that is to be seen, and heard", async () => {
    const { page, close } = await open("#/nowhere");
    let go;
    const held = new Promise((done) => (go = done));
    await page.route("**/api/v1/ledger*", async (r) => { await held; await r.continue(); });
    await page.goto(`${hub.url}/#/ledger`);
    await page.locator("[aria-busy=true] [role=status]").waitFor({ state: "attached" });
    go();
    await lined(page).first().waitFor();
    await close();
  });

  test("a tab older than its hub loads itself anew, once", async () => {
    const { page, close } = await open("#/ledger");
    await lined(page).first().waitFor();
    let gone = 1, asked = 0;
    await page.route("**/assets/Job-*.js", (r) => (asked++ < gone ? r.fulfill({ status: 404, body: "" }) : r.continue()));
    await page.goto(`${hub.url}/${placeOfJob()}`);
    await page.locator("[data-entries] li").first().waitFor();
    assert.equal(asked, 2);
    [gone, asked] = [Infinity, 0];
    await page.reload();
    await page.waitForTimeout(2000);
    const soon = asked;  // of two loads: Chromium may ask twice in each
    await page.waitForTimeout(3000);
    assert.ok(soon <= 4, `${soon}`);
    assert.equal(asked, soon, "not in a loop");
    await close();
  });

  test("a job's hostile name is text", async () => {
    const { page, wrong, close } = await open(`#/jobs/${(await hub.get("/api/v1/jobs?limit=1")).jobs[0].job}`);
    await page.locator("main h1").waitFor();
    assert.ok((await page.locator("main h1").innerText()).includes(evil));
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.deepEqual(wrong, []);
    await close();
  });

  for (const width of [390, 768, 1920])
    for (const [lang, locale] of Object.entries(languages))
      test(`nothing runs off the side at ${width} px in ${lang}`, async () => {
        const { page, wrong, close } = await open("#/ledger", { locale, width });
        for (const [place, seen] of [["#/ledger", ".flows svg"], [placeOfLine(), "[data-table=parts] tbody tr"], [placeOfJob(), "[data-entries] li"]]) {
          await page.goto(`${hub.url}/${place}`);
          await page.locator(seen).first().waitFor();
          assert.deepEqual(await overflow(page), { page: 0, wide: [] }, place);
        }
        assert.deepEqual(wrong, []);
        await close();
      });

  for (const colorScheme of ["light", "dark"])
    for (const width of [390, 1440])
      test(`no fault of accessibility, ${colorScheme}, ${width} px`, async () => {
        const { page, close } = await open("#/ledger", { colorScheme, width });
        for (const [place, seen] of [["#/ledger", ".flows svg"], [placeOfLine(), "[data-table=parts] tbody tr"], [placeOfJob(), "[data-entries] li"]]) {
          await page.goto(`${hub.url}/${place}`);
          await page.locator(seen).first().waitFor();
          assert.deepEqual(await violations(page), [], place);
        }
        await close();
      });

  // Last: the hub goes, and comes back.
  test("a lost connection leaves what is shown, says so, and recovers", async () => {
    const { page, wrong, close } = await open("#/ledger", { expected: /ERR_CONNECTION|ERR_FAILED|ERR_EMPTY|Failed to load/ });
    await page.clock.install();
    await page.reload();
    await lined(page).first().waitFor();
    await hub.halt();
    await page.clock.runFor(16_000);
    await page.locator(".stale").waitFor();
    assert.equal(await lined(page).count(), loans().length);
    await hub.run();
    await page.clock.runFor(16_000);
    await page.locator(".stale").waitFor({ state: "detached" });
    assert.deepEqual(wrong, []);
    await close();
  });
});
