/** A process of the long run: takes a share as JSON, and says as JSON what became of it. */
import { readFileSync } from "node:fs";
import { runShare } from "./share.ts";

process.stdout.write(JSON.stringify(await runShare(JSON.parse(readFileSync(0, "utf8")))));
