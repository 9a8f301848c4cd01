import "../app.css";
import { mount } from "svelte";
import Hub from "./Hub.svelte";

// A part that is gone: the hub was replaced while this tab was open. Once, or a hub without its page would loop; a page
// that was loaded (Hub.svelte) makes it once again.
addEventListener("vite:preloadError", () => {
  try {
    if (sessionStorage.getItem("dure.reloaded") === location.href) return;
    sessionStorage.setItem("dure.reloaded", location.href);
    location.reload();
  } catch { /* then the page says that it could not load */ }
});

mount(Hub, { target: document.getElementById("app")! });
