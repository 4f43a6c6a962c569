/** `bun run generate`: writes what is generated from the declarations, and removes what is not. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeProtocol, GENERATED_FOLDER } from "../../protocol/describe/index.ts";
import { TOP } from "./tidy.ts";

const files = describeProtocol();
await mkdir(join(TOP, GENERATED_FOLDER), { recursive: true });
for (const name of await readdir(join(TOP, GENERATED_FOLDER))) {
  const path = `${GENERATED_FOLDER}/${name}`;
  if (!files.some((file) => file.path === path)) await rm(join(TOP, path), { recursive: true });
}
for (const { path, text } of files) {
  await Bun.write(join(TOP, path), text);
  console.log(path);
}
