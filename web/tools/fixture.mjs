// node tools/fixture.mjs OUT.html: the built page with the test fixture in it.
import { writeFileSync } from "node:fs";
import { fixture } from "../fixtures/make.mjs";
import { report } from "./page.mjs";
writeFileSync(process.argv[2], report(fixture()));
