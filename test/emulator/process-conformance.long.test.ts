/** The conformance suite over `mayfly emulate`: on a pty, a Unix socket and TCP. */
import { afterAll } from "bun:test";
import { join } from "node:path";
import { openIdentity } from "../../host/cli/identity.ts";
import { openPort } from "../../host/client/index.ts";
import { hasNoPty, startEmulating } from "../cli/emulating.ts";
import { cleanUp, temporaryFolder, textOf } from "../cli/mayfly.ts";
import { conform, must, type Need } from "../kit/conformance/index.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;

const WAYS: Readonly<Record<string, (home: string) => readonly string[]>> = {
  pty: (home) => ["--link", join(home, "port")],
  "Unix socket": (home) => ["--socket", join(home, "socket")],
  TCP: () => ["--tcp", "127.0.0.1:0"],
};

const prepare =
  (wordsOf: (home: string) => readonly string[]) =>
  async ({ phase = "ready", isAsking = false }: Need) => {
    const home = temporaryFolder();
    const seed = phase === "ready" ? ["--insecure-mnemonic", ABANDON] : [];
    const approve = ["--approve", isAsking ? "ask" : "auto"];
    const emulating = startEmulating(home, ...seed, ...approve, ...wordsOf(home));
    const [listening = {}] = await emulating.listening();
    return {
      open: openPort(textOf(listening, "path")),
      identity: must(openIdentity(home)),
      [Symbol.asyncDispose]: async () => void (await emulating.end("SIGTERM")),
    };
  };

for (const [name, wordsOf] of Object.entries(WAYS)) {
  const isMissing = name === "pty" && hasNoPty;
  conform({
    name: `mayfly emulate, ${name}`,
    hasMany: false,
    offers: () => !isMissing,
    prepare: prepare(wordsOf),
  });
}
