/** Where the link's socket may be placed, who may use it, and that it goes again. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listenAt } from "../../host/link/socket-file.ts";
import { unwrap, until } from "../driver/lines.ts";
import { atEnd, cleanUp, connectRaw, temporaryFolder } from "./sockets.ts";

afterAll(cleanUp);

const listen = async (file: string) => {
  const listening = unwrap(await listenAt(file, (socket) => void socket.destroy()));
  atEnd(listening.close);
  return listening;
};

test("only its user may connect, and nothing else is left in the folder", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "s");
  const listening = await listen(file);
  const found = lstatSync(file);
  expect([found.isSocket(), (found.mode & 0o777).toString(8)]).toEqual([true, "600"]);
  expect(readdirSync(folder)).toEqual(["s"]);
  listening.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("one that somebody listens on is refused, and goes on", async () => {
  const file = join(temporaryFolder(), "s");
  await listen(file);
  expect(await listenAt(file, () => undefined)).toMatchObject({
    ok: false,
    error: "file_exists",
    details: { file, why: "a link listens there" },
  });
  const client = connectRaw(file);
  await until("an end", client.isClosed);
});

/** A program that leaves a socket behind. */
const LEAVER = `
require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9));
`;

test("one that nobody listens on any more is replaced", async () => {
  const file = join(temporaryFolder(), "s");
  await Bun.spawn([process.execPath, "-e", LEAVER, file]).exited;
  expect(lstatSync(file).isSocket()).toBe(true);
  const { ino } = lstatSync(file);
  await listen(file);
  expect(lstatSync(file).ino).not.toBe(ino);
});

test("a file, a folder and a link to nowhere are refused and stay", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "f");
  writeFileSync(file, "mine");
  for (const place of [file, folder]) {
    expect(await listenAt(place, () => undefined)).toMatchObject({ error: "file_exists" });
    expect(existsSync(place)).toBe(true);
  }
});

test("a folder that is missing, and a name that is too long, are named", async () => {
  const folder = temporaryFolder();
  for (const place of [join(folder, "no/s"), join(folder, "x".repeat(120))]) {
    expect(await listenAt(place, () => undefined)).toMatchObject({
      error: "file_unreadable",
      details: { file: place },
    });
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("what another has put in its place is not removed", async () => {
  const file = join(temporaryFolder(), "s");
  const listening = await listen(file);
  rmSync(file);
  writeFileSync(file, "another's");
  listening.close();
  expect(existsSync(file)).toBe(true);
});
