/** `mayfly pair`: twelve words from the device's screen make a host known, also after a reboot. */
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openKnownDevices, readPairingCode } from "../../host/identity/index.ts";
import { unwrap } from "../firmware/outcomes.ts";
import { startBackground } from "./background.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { startFake, statusOf } from "./fake-signer.ts";
import { type Emulating, hasNoPty, startEmulating, until } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  eventsOf,
  type JsonEvent,
  lastOf,
  runMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;
const OTHER = `${"zoo ".repeat(11)}wrong`;
const PATH = "m/48'/1'/0'/2'";

const isCode = ({ kind }: JsonEvent): boolean => kind === "pairing-code";

const wordsOf = ({ lines }: JsonEvent): string => {
  if (!Array.isArray(lines)) throw new Error("a screen has lines");
  return lines.join(" ");
};

/** A signer that knows only the host of its own home, and a folder of another host. */
const strangers = async (...words: readonly string[]) => {
  const emulating = startEmulating(temporaryFolder(), "--insecure-mnemonic", ABANDON, ...words);
  const [listening = {}] = await emulating.listening();
  return { emulating, port: textOf(listening, "path"), home: temporaryFolder() };
};

/** The codes that the device has shown, by their words. */
const codesOf = ({ events }: Emulating): readonly string[] => events.filter(isCode).map(wordsOf);

/** The next code that is another than `former`, which is shown again after the question. */
const nextCode = async (emulating: Emulating, former: string | undefined): Promise<string> => {
  let code: string | undefined;
  await until("a code", () => {
    const last = codesOf(emulating).at(-1);
    code = last === former ? undefined : last;
    return code !== undefined;
  });
  return code ?? "";
};

/** Pairs by whatever the device shows, changed by `spoil`; what it came to. */
const pair = async (
  home: string,
  port: string,
  emulating: Emulating,
  spoil: (words: string) => string = (words) => words,
  ...options: readonly string[]
) => {
  const former = codesOf(emulating).at(-1);
  const pairing = startBackground(home, "pair", "--port", port, "--code", "-", ...options);
  pairing.write(`${spoil(await nextCode(emulating, former))}\n`);
  return pairing.end();
};

const xpub = (home: string, port: string) =>
  runMayfly({ home }, "xpub", "--port", port, "--path", PATH, "--json");

describe.skipIf(hasNoPty)("pty: pair", () => {
  test("by the words on the screen; a restart changes nothing", async () => {
    const { emulating, port, home } = await strangers();
    expectJsonRefusal(await xpub(home, port), "device_unknown");
    const run = await pair(home, port, emulating, undefined, "--json");
    const key = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(lastOf(run)).toEqual({
      event: "paired",
      name: "A",
      role: "vault",
      hostKey: key,
      deviceKey: key,
      generation: 1,
    });
    expect(run.code).toBe(0);
    const before = lastOf(await xpub(home, port));
    expect(before).toMatchObject({ event: "xpub", path: PATH });
    const [first] = emulating.events.filter(({ event }) => event === "listening");
    process.kill(Number(first?.["pid"]), "SIGKILL");
    await emulating.listening();
    expect(lastOf(await xpub(home, port))).toEqual(before);
  });

  test.concurrent("for people: what to do, in words, and the link key", async () => {
    const { emulating, port, home } = await strangers();
    const { code, stdout, stderr } = await pair(home, port, emulating);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trimEnd().split("\n")).toEqual([
      "A asks whether to pair a host as vault: press yes there.",
      "Type the 12 words that it shows; they are good for 10 minutes.",
      expect.stringMatching(/^Paired with A as vault; its link key is [0-9a-f]{64}\.$/),
    ]);
  });

  test.concurrent("words of no code, of another code, and none at all", async () => {
    const { emulating, port, home } = await strangers();
    const none = await pair(home, port, emulating, () => "twelve words");
    expectSentence(none, "pairing_words_invalid");
    const cut = await pair(home, port, emulating, (words) => words.replace(/\w+$/, ""), "--json");
    expectJsonRefusal(cut, "pairing_words_invalid");
    const wrong = await pair(home, port, emulating, () => ABANDON);
    expectSentence(wrong, "session_refused");
    expect(wrong.stderr).toContain("the words may be wrong");
    // Any case will do.
    expect((await pair(home, port, emulating, (words) => words.toUpperCase())).code).toBe(0);
  });

  test.concurrent("a person who says no: declined", async () => {
    const { port, home } = await strangers("--approve", "never");
    const run = await runMayfly({ home, stdin: ABANDON }, "pair", "--port", port, "--code", "-");
    expectSentence(run, "declined");
  });

  test.concurrent("a role without the command: the device refuses the session", async () => {
    const { emulating, port, home } = await strangers();
    expect((await pair(home, port, emulating, undefined, "--role", "auditor")).code).toBe(0);
    const run = await runMayfly({ home }, "seal", "--port", port, "--json");
    expectJsonRefusal(run, "session_refused");
    expect(lastOf(run)).toMatchObject({ error: { details: { role: "operator" } } });
    expect((await pair(home, port, emulating, undefined, "--role", "operator")).code).toBe(0);
    expect(await askMayfly({ home }, "seal", "--port", port)).toEqual({
      event: "sealed",
      name: "A",
    });
  });

  test.concurrent("another seed under the same name: refused, or put in its place", async () => {
    const home = temporaryFolder();
    const known = () => unwrap(openKnownDevices(home).all());
    const start = async (seed: string) => {
      const emulating = startEmulating(temporaryFolder(), "--insecure-mnemonic", seed);
      const [listening = {}] = await emulating.listening();
      return { emulating, port: textOf(listening, "path") };
    };
    const first = await start(ABANDON);
    for (const role of ["vault", "auditor", "vault"]) {
      const run = await pair(home, first.port, first.emulating, undefined, "--role", role);
      expect(run.code).toBe(0);
    }
    await first.emulating.end("SIGTERM");
    const before = known();
    const { emulating, port } = await start(OTHER);
    const refused = await pair(home, port, emulating);
    expectSentence(refused, "link_key_mismatch");
    expect(refused.stderr).toContain("device: A, role: vault");
    // Nor in a role that the other has not: a name stands for one device.
    const elsewhere = await pair(home, port, emulating, undefined, "--role", "operator");
    expectSentence(elsewhere, "link_key_mismatch");
    expect(known()).toEqual(before);
    const replaced = await pair(home, port, emulating, undefined, "--replace");
    expect(replaced.stdout.trimEnd().split("\n").slice(-2)).toEqual(
      before.map(
        ({ role, deviceKey }) =>
          `Forgotten: another A, paired as ${role}, with link key ${deviceKey.toHex()}.`,
      ),
    );
    expect((await pair(home, port, emulating, undefined, "--role", "auditor")).code).toBe(0);
    expect(lastOf(await xpub(home, port))).toMatchObject({ event: "xpub" });
    expect(
      known()
        .map(({ role }) => role)
        .toSorted(),
    ).toEqual(["auditor", "vault"]);
    expect(new Set(known().map(({ deviceKey }) => deviceKey.toHex())).size).toBe(1);
    expect(readdirSync(join(home, "devices"))).toHaveLength(2);
  });

  test.concurrent("one that calls itself otherwise under the words: device_changed", async () => {
    const home = temporaryFolder();
    const names = ["A", "B"];
    const seen: string[] = [];
    const lies = {
      getStatus: () => statusOf({ name: names.shift() ?? "B" }),
      startPairing: () => ({ lifeMs: 600_000 }),
      pair: () => {
        seen.push("pair");
        return { deviceKey: new Uint8Array(32), generation: 1, credential: new Uint8Array(32) };
      },
    };
    const port = startFake(lies, unwrap(readPairingCode(ABANDON)));
    const run = await runMayfly({ home, stdin: ABANDON }, "pair", "--port", port, "--code", "-");
    expectSentence(run, "device_changed");
    expect(run.stderr).toContain("device: B, before: A");
    expect([seen, unwrap(openKnownDevices(home).all())]).toEqual([[], []]);
  });

  test.concurrent("Ctrl-C while the words are waited for: cancelled", async () => {
    const { emulating, port, home } = await strangers();
    const pairing = startBackground(home, "pair", "--port", port, "--code", "-");
    await emulating.next(isCode);
    await until("it asks", () => pairing.lines.some((line) => line.startsWith("Type the 12")));
    pairing.kill("SIGINT");
    expectSentence(await pairing.end(), "cancelled");
  });

  test.concurrent("progress under --json: phases before the last line", async () => {
    const { emulating, port, home } = await strangers("--approve", "ask");
    const pairing = startBackground(home, "pair", "--port", port, "--code", "-", "--json");
    await emulating.next(({ kind }) => kind === "message");
    const asking = await pairing.event(({ phase }) => phase === "asking");
    expect(asking).toEqual({ event: "progress", phase: "asking", done: 0, total: 0 });
    emulating.write('{"name":"A","press":"yes"}');
    pairing.write(wordsOf(await emulating.next(isCode)));
    pairing.write("\n");
    const run = await pairing.end();
    expect(eventsOf(run).at(-1)).toMatchObject({ event: "paired" });
  });
});

describe("pair: arguments", () => {
  test.concurrent.each([
    ["a role that is none", ["--role", "boss", "--code", "-"]],
    ["words on the command line", ["--code", ABANDON]],
    ["no terminal to ask on", []],
  ])("%s", async (_, words) => {
    const home = temporaryFolder();
    expectSentence(
      await runMayfly({ home }, "pair", "--port", "A", ...words),
      "arguments_invalid",
      2,
    );
  });
});
