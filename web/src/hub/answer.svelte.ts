// An answer of the hub as a component sees it: while it is awaited, when it has come, when it did not.
import { Problem, read } from "./api";
import { session } from "./session.svelte";

export class Answer<T> {
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  at = $state(0);  // when `value` came, by this machine's clock
  #round = $state(0);

  /** Made while a component is: `url` is asked again when it changes, on again(), and every so many seconds while
   *  somebody looks. A refresh that fails leaves the last answer in place, beside the problem. */
  constructor(url: () => string, every: () => number = () => 0) {
    let last = "";
    $effect(() => {
      void this.#round;
      void session.token;
      const now = url(), stop = new AbortController();
      if (now !== last) {
        this.value = undefined;
        this.problem = undefined;
      }
      last = now;
      read<T>(now, stop.signal).then(
        (value) => {
          this.value = value;
          this.problem = undefined;
          this.at = Date.now();
        },
        (e: unknown) => {
          if (!stop.signal.aborted) this.problem = e instanceof Problem ? e : new Problem(0, "unreadable", String(e));
        },
      );
      return () => stop.abort();
    });
    $effect(() => {
      const seconds = every();
      if (seconds === 0) return;
      const look = () => { if (document.visibilityState === "visible" && !session.wanted) this.again(); };
      const timer = setInterval(look, seconds * 1000);
      return () => clearInterval(timer);
    });
  }
  again() {
    this.#round += 1;
  }
}
