// A real hub in a folder of its own, for tests, pictures and the API's description: the alliance of examples/lab,
// whose three sites are processes of this machine, 72 pretended GPUs each.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sites = { s1: ["suwon", "samsung"], s2: ["ulsan", "sk"], s3: ["sejong", "naver"] };
const over = ["done", "failed", "cancelled", "refused", "timed_out", "lost"];
export const program = () => resolve(process.env.DURE ?? join(root, "build/dure"));

async function until(holds, words, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) if (await holds()) return;
  throw new Error(`not within ${seconds} s: ${words}`);
}
const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => done(port)); });
});

export class Hub {
  /** users: { NAME: TOKEN }, who may look. */
  static async start({ dure = program(), users = {} } = {}) {
    const hub = new Hub();
    hub.folder = mkdtempSync(join(tmpdir(), "dure-hub-"));
    hub.url = `http://127.0.0.1:${await freePort()}`;
    hub.dure = resolve(dure);
    writeFileSync(join(hub.folder, "hub.yaml"), JSON.stringify({  // JSON is YAML
      listen: hub.url.slice(7), scenario: join(root, "examples/lab/alliance.yaml"), store: `sqlite:${hub.folder}/hub.db`, default_data_class: "open", requests_per_s: 0,
      pools: Object.entries(sites).map(([site, [id, owner]]) => ({ id, site, owner, hardware: "lab_node" })),
      agents: Object.keys(sites).map((site) => ({ site, driver: "local", folder: join(hub.folder, site), nodes: 18, pretend_gpus: 4, cpus: 64, observe_ms: 100 })),
      users: Object.entries(users).map(([id, token]) => ({ id, member: "sk", role: "viewer", token_sha256: createHash("sha256").update(token).digest("hex") })),
    }));
    await hub.run();
    return hub;
  }
  async run() {
    this.process = spawn(this.dure, ["serve", join(this.folder, "hub.yaml")], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, DURE_FOLDER: this.folder } });
    this.process.stderr.pipe(createWriteStream(join(this.folder, "hub.err"), { flags: "a" }));
    this.ended = new Promise((done) => this.process.on("exit", done));
    const gpus = async () => (await this.get("/api/v1/sites")).sites.flatMap((s) => s.pools).reduce((n, p) => n + p.installed, 0);
    await until(async () => {
      if (this.process.exitCode !== null) throw new Error(readFileSync(join(this.folder, "hub.err"), "utf8"));
      return fetch(`${this.url}/readyz`).then(async (r) => r.ok && (await gpus()) === 216, () => false);
    }, "the hub leads, and its nodes have joined");
  }
  async get(path) {
    const r = await fetch(this.url + path);
    if (!r.ok) throw new Error(`GET ${path}: ${r.status} ${await r.text()}`);
    return r.json();
  }
  async submit(job) {
    const r = await fetch(`${this.url}/api/v1/jobs`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(job) });
    if (!r.ok) throw new Error(`POST /api/v1/jobs: ${r.status} ${await r.text()}`);
    return (await r.json()).job;
  }
  /** Each in turn wants more than it has, so that it borrows of the others, who lend to what may be stopped. [member, jobs, GPUs of each, seconds] */
  async lend(waves = [["sk", 14, 8, 2], ["naver", 12, 8, 2], ["samsung", 20, 4, 2]], name = "train") {
    for (const [member, count, gpus, seconds] of waves) {
      for (let n = 0; n < count; n++) await this.submit({ member, name, gpus, preemptible: true, command: ["sleep", String(seconds)] });
      await this.settled();
    }
  }
  settled() {
    return until(async () => (await this.get("/api/v1/jobs?limit=1000")).jobs.every((j) => over.includes(j.state)), "all jobs are over");
  }
  halt() {
    this.process.kill("SIGTERM");
    return this.ended;
  }
  async stop() {
    if (this.process.exitCode === null) await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
