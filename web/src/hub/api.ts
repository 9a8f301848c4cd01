// The hub's API. What it answers is typed by its own description (schema.ts, made by `npm run api`).
import type { paths } from "./schema";
import { session } from "./session.svelte";

/** The description calls a field of an answer optional where a request might leave it out; answers hold them all. */
type Whole<T> = T extends (infer U)[] ? Whole<U>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;
type Answer<P extends keyof paths> = paths[P] extends { get: { responses: { "2XX": { content: { "application/json": infer A } } } } } ? Whole<A> : never;

export type Statement = Answer<"/api/v1/ledger">;
export type StatementLine = Statement["rows"][number];
export type Balance = Statement["members"][number];
export type Lines = Answer<"/api/v1/ledger/lines">;
export type Part = Lines["parts"][number];
export type Job = Answer<"/api/v1/jobs/{job}">;
export type JobEntries = Answer<"/api/v1/jobs/{job}/entries">;

/** Why an answer did not come: what the hub said (RFC 9457), or that it said nothing. */
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail = "", readonly request = "") {
    super(detail || code);
  }
}

/** `/api/v1/ledger` and what of `query` is not empty. */
export function address(path: string, query: Record<string, string | number> = {}): string {
  const text = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== "").map(([k, v]) => [k, String(v)])).toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(response: Response): Promise<Problem> {
  const said = await response.json().catch(() => ({})) as Record<string, unknown>;
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  return new Problem(response.status, text(said.code) || "unknown", text(said.detail), text(said.request_id));
}

let asked = 0;
/** How many questions the hub has not answered yet. */
export const underWay = (): number => asked;

export async function ask(url: string, { token = session.token, signal }: { token?: string; signal?: AbortSignal } = {}): Promise<Response> {
  let response: Response;
  try {
    // no-cache: asked each time, by ETag; what has not changed is not sent again.
    asked += 1;
    response = await fetch(url, { signal, cache: "no-cache", headers: token ? { Authorization: `Bearer ${token}` } : {} });
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new Problem(0, "no_answer");
  } finally {
    asked -= 1;
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && token === session.token) session.wanted = problem.code;
  throw problem;
}
export const read = async <T>(url: string, signal?: AbortSignal): Promise<T> => (await ask(url, { signal })).json() as Promise<T>;

/** Saves a CSV of the API, page after page where there are several. A plain link could not show a token. */
export async function download(url: string, name: string): Promise<void> {
  let text = "", more = "";
  do {
    const response = await ask(url + more), page = await response.text();
    text += text ? page.slice(page.indexOf("\n") + 1) : page;
    const next = response.headers.get("X-Next") ?? "0";
    more = next === "0" ? "" : `&after=${next}&until=${response.headers.get("X-Until") ?? ""}`;
  } while (more);
  const link = document.createElement("a");
  // Spreadsheets take a file without this mark for another encoding than UTF-8.
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
