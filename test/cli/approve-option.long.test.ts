/** `mayfly emulate --approve FILE`: rules and recordings, and what is said of those left over. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordingOf } from "../../hardware/emulator/index.ts";
import { expectJsonRefusal } from "./contract.ts";
import { hasNoPty, isListening, startEmulating } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  type JsonEvent,
  numberOf,
  startMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const fileOf = (home: string, content: unknown): string => {
  const file = join(home, "approve.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
};

/** Asks for a new seed, shared between two custodians. */
const genesisIn = async (home: string) => {
  const oneKey = async (): Promise<string> => {
    const out = join(home, crypto.randomUUID());
    return textOf(await askMayfly({ home }, "custodian", "init", "--out", out), "public");
  };
  const keys = await Promise.all([oneKey(), oneKey()]);
  const words = ["genesis", "--port", "A", "--custodian", ...keys, "--threshold", "2"];
  return () => {
    const out = join(home, crypto.randomUUID());
    return startMayfly({ home }, ...words, "--out", out, "--json");
  };
};

const SEED = { kind: "message", text: "/^Make a new seed\\?$/m" };

const isQuestion = ({ event, kind }: JsonEvent): boolean =>
  event === "screen" && kind === "message";
const isUnmatched = ({ event }: JsonEvent): boolean => event === "unmatched";

describe.skipIf(hasNoPty)("pty: emulate --approve FILE", () => {
  test.concurrent("rules press, over power cuts too, and those left over are named", async () => {
    const home = temporaryFolder();
    const rules = [
      { when: SEED, press: "no", times: 1 },
      { when: SEED, press: "yes", times: 1 },
      { when: { kind: "transaction", line: { feeSats: { atMost: 500 } } }, press: "yes" },
      { when: { kind: "address" }, press: "no", name: "addresses" },
    ];
    const emulating = startEmulating(home, "--approve", fileOf(home, rules));
    const [{ pid } = {}] = await emulating.listening();
    const genesis = await genesisIn(home);
    expectJsonRefusal(await genesis().end(), "declined");
    process.kill(numberOf({ pid }, "pid"), "SIGKILL");
    await emulating.next(isListening);
    expect((await genesis().end()).code).toBe(0);
    expect(await emulating.end("SIGTERM")).toBe(0);
    const complaints = emulating.complaints();
    expect(complaints).toContain(
      'never matched: rule 3 (transaction, feeSats {"atMost":500}: yes)\n',
    );
    expect(complaints).toContain('never matched: "addresses"\n');
    expect(complaints).not.toContain("rule 1");
    expect(complaints).not.toContain("rule 2");
  });

  test.concurrent("a question without a rule waits, and is told at once", async () => {
    const home = temporaryFolder();
    const words = ["--approve", fileOf(home, [{ when: { kind: "address" }, press: "yes" }])];
    const emulating = startEmulating(home, ...words);
    await emulating.listening();
    const asked = (await genesisIn(home))();
    expect(await emulating.next(isUnmatched)).toEqual({
      event: "unmatched",
      name: "A",
      kind: "message",
      lines: ["Make a new seed?", "2 of 2 custodians"],
      difference: null,
    });
    asked.kill("SIGINT");
    expectJsonRefusal(await asked.end(), "cancelled");
    await emulating.end("SIGTERM");
    expect(emulating.complaints()).toContain(
      "mayfly: A: no rule of --approve for message: Make a new seed? | 2 of 2 custodians\n",
    );
  });

  test.concurrent("a session at ask, recorded from its output, is replayed", async () => {
    const home = temporaryFolder();
    const person = startEmulating(home, "--approve", "ask");
    await person.listening();
    const genesis = await genesisIn(home);
    const asked = genesis();
    await person.next(isQuestion);
    person.write('{"name":"A","press":"no"}');
    expectJsonRefusal(await asked.end(), "declined");
    await person.end("SIGTERM");
    expect(person.complaints()).not.toContain("never matched");
    const recording = recordingOf(person.events.map((event) => JSON.stringify(event)));
    expect(recording).toMatchObject([
      { screen: { lines: ["Make a new seed?", "2 of 2 custodians"] }, press: "no" },
    ]);
    const other = recording.map((one) => ({
      ...one,
      screen: { ...one.screen, lines: ["Make a new seed?", "3 of 3 custodians"] },
    }));
    const file = fileOf(home, [...recording, ...other]);
    const emulating = startEmulating(home, "--approve", file);
    await emulating.listening();
    expectJsonRefusal(await genesis().end(), "declined");
    const unanswered = genesis();
    const { difference } = await emulating.next(isUnmatched);
    expect(difference).toContain("question 2 of the recording's 2 differs");
    expect(difference).toMatch(/^! 3 of 3 custodians +\| 2 of 2 custodians$/m);
    unanswered.kill("SIGINT");
    expectJsonRefusal(await unanswered.end(), "cancelled");
    await emulating.end("SIGTERM");
    expect(emulating.complaints()).toMatch(/^mayfly: A: ! 3 of 3 custodians +\| 2 of 2/m);
    expect(emulating.complaints()).toContain("never matched: A: question 2 (message:");
  });

  test.concurrent("the log of a session does, too: each device has its part", async () => {
    const home = temporaryFolder();
    const asked = (name: string, press: string) => [
      { event: "screen", name, kind: "message", lines: ["Make a new seed?", "2 of 2 custodians"] },
      { event: "pressed", name, press, atMs: 20 },
    ];
    const log = [...asked("A", "no"), ...asked("B", "yes")].map((one) => JSON.stringify(one));
    const words = ["--count", "2", "--approve", fileOf(home, log.join("\n"))];
    const emulating = startEmulating(home, ...words);
    await emulating.listening(2);
    const genesis = await genesisIn(home);
    expectJsonRefusal(await genesis().end(), "declined");
    await emulating.end("SIGTERM");
    expect(emulating.complaints()).toContain("--approve: never matched: B: question 1");
    expect(emulating.complaints()).not.toContain("never matched: A");
  });

  test.concurrent("a rule that waits leaves it to the presses on standard input", async () => {
    const home = temporaryFolder();
    const words = ["--approve", fileOf(home, [{ when: {}, press: "wait" }])];
    const emulating = startEmulating(home, ...words);
    await emulating.listening();
    const asked = (await genesisIn(home))();
    await emulating.next(isQuestion);
    emulating.write('{"name":"A","press":"yes"}');
    expect((await asked.end()).code).toBe(0);
  });
});
