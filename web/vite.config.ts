import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

// Where `dure` writes the JSON of a report: the built page has exactly one of these.
export const placeholder = '<script type="application/json" id="dure-report">null</script>';

const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

// One file, nothing to fetch: the script and the styles move into the page. The page's own policy forbids the network.
function oneFile(): Plugin {
  return {
    name: "dure-one-file",
    apply: "build",
    enforce: "post",
    transformIndexHtml: (html) => html.replace("<!--policy-->", `<meta http-equiv="Content-Security-Policy" content="${policy}" />`),
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") return this.error("no index.html in the bundle");
      let html = String(page.source);
      for (const [name, part] of Object.entries(bundle)) {
        if (part === page) continue;
        const tag = part.type === "chunk"
          ? new RegExp(`<script[^>]* src="[^"]*${name}"[^>]*></script>`)
          : new RegExp(`<link[^>]* href="[^"]*${name}"[^>]*>`);
        if (!tag.test(html)) return this.error(`${name} has no place in the page`);
        if (part.type === "chunk") {
          html = html.replace(tag, "");
          const code = part.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
          html = html.replace("</body>", () => `<script type="module">${code}</script></body>`);
        } else {
          html = html.replace(tag, () => `<style>${String(part.source)}</style>`);
        }
        delete bundle[name];
      }
      if (html.split(placeholder).length !== 2) return this.error("the page must hold the report's placeholder once");
      page.source = html;
    },
  };
}

// `npm run dev` shows the fixture; a build never holds it.
function fixture(): Plugin {
  return {
    name: "dure-fixture",
    apply: "serve",
    transformIndexHtml(html) {
      const json = readFileSync(new URL("fixtures/report.json", import.meta.url), "utf8");
      return html.replace(placeholder, () => placeholder.replace("null", () => json.replaceAll("</", "<\\/")));
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [svelte(), oneFile(), fixture()],
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 1_000_000,
    chunkSizeWarningLimit: 1500,
    rollupOptions: { output: { codeSplitting: false } as object },
  },
});
