import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

// The hub serves what is packed here as it is (cmake/Page.cmake takes every *.gz into the program).
function packed(): Plugin {
  return {
    name: "dure-packed",
    apply: "build",
    // When all is written: Vite itself changes chunks until then.
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        const from = join(dir!, name);
        writeFileSync(join(dir!, `${name === "hub.html" ? "index.html" : name}.gz`), gzipSync(readFileSync(from), { level: 9 }));
        rmSync(from);
      }
    },
  };
}

const hub = process.env.DURE_HUB ?? "http://127.0.0.1:7480";

export default defineConfig({
  plugins: [svelte(), packed()],
  server: { proxy: { "/api": hub } },  // npm run dev:hub shows a hub that runs
  build: {
    outDir: "dist/hub",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,  // the hub's policy allows no data: address
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
    rollupOptions: { input: "hub.html" },
  },
});
