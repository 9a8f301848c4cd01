import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    // A table drawn as cards loses its roles in browsers, so they are spelt out.
    warningFilter: (warning) => warning.code !== "a11y_no_redundant_roles",
  },
};
