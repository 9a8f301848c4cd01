// Language and theme of the page. Both are remembered where the browser lets us; a link may carry them (#lang=en&theme=dark).
export type Lang = "ko" | "en";
export type Theme = "light" | "dark";

function kept(key: string): string | null {
  try {
    return new URLSearchParams(location.hash.slice(1)).get(key) ?? localStorage.getItem(`dure.${key}`);
  } catch {
    return null;
  }
}
function keep(key: string, value: string) {
  try {
    localStorage.setItem(`dure.${key}`, value);
  } catch {
    try {
      if (!location.hash.startsWith("#/")) history.replaceState(null, "", `#${key}=${value}`);  // #/ is a place
    } catch { /* a page that may keep nothing still works */ }
  }
}

const preferred = matchMedia("(prefers-color-scheme: dark)");
const stored = { lang: kept("lang"), theme: kept("theme") };

class Ui {
  lang = $state<Lang>(stored.lang === "ko" || stored.lang === "en" ? stored.lang : navigator.language.startsWith("ko") ? "ko" : "en");
  #chosen = $state<Theme | null>(stored.theme === "light" || stored.theme === "dark" ? stored.theme : null);
  #preferred = $state<Theme>(preferred.matches ? "dark" : "light");
  printing = $state(false);  // paper is white
  theme = $derived<Theme>(this.printing ? "light" : (this.#chosen ?? this.#preferred));

  constructor() {
    preferred.addEventListener("change", (e) => (this.#preferred = e.matches ? "dark" : "light"));
    addEventListener("beforeprint", () => (this.printing = true));
    addEventListener("afterprint", () => (this.printing = false));
  }
  setLang(lang: Lang) {
    this.lang = lang;
    keep("lang", lang);
  }
  setTheme(theme: Theme) {
    this.#chosen = theme;
    keep("theme", theme);
  }
}
export const ui = new Ui();
