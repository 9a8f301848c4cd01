import "./app.css";
import { mount } from "svelte";
import { embedded } from "./lib/report";
import App from "./report/App.svelte";

mount(App, { target: document.getElementById("app")!, props: { report: embedded() } });
