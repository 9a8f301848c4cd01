// npm run api -- ../build/dure: src/hub/schema.ts, the types of the hub's API, from the description that it serves.
import { writeFileSync } from "node:fs";
import { Hub } from "./hub.mjs";
import { types } from "./types.mjs";

const hub = await Hub.start({ dure: process.argv[2] });
try {
  const head = "// Made by `npm run api` from /api/v1/openapi.json; the tests say when it is not up to date.\n";
  writeFileSync(new URL("../src/hub/schema.ts", import.meta.url), head + (await types(hub)));
} finally {
  await hub.stop();
}
