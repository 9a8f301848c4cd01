// Who looks: a token of the hub, where it asks for one. Kept for this tab only.
const key = "dure.token";
function kept(): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

class Session {
  token = $state(kept());
  /** Why the hub wants a token, or another one: the code of its 401. Empty: it wants none. */
  wanted = $state("");

  enter(token: string) {
    this.token = token;
    this.wanted = "";
    try {
      sessionStorage.setItem(key, token);
    } catch { /* then it is asked for again after a reload */ }
  }
  leave() {
    this.token = "";
    try {
      sessionStorage.removeItem(key);
    } catch { /* nothing was kept */ }
  }
}
export const session = new Session();
