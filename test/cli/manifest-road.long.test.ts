/** The road under a manifest by hand, every step a process: draft, genesis, version 1, ready. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { expectJsonRefusal } from "./contract.ts";
import { hasNoPty, isListening, startEmulating, until } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  type JsonEvent,
  numberOf,
  runMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const PEOPLE = ["Ada@Zurich", "Ben@Zurich", "Cleo@Oslo", "Dan@Oslo", "Eve@Lisbon"];
const BOXES = ["A", "B", "C"];
const home = temporaryFolder();
const file = (name: string): string => join(home, name);
const ask = (...words: readonly string[]) => askMayfly({ home }, ...words);

describe.skipIf(hasNoPty)("pty: the road under a manifest", () => {
  let emulating: ReturnType<typeof startEmulating>;
  let told: readonly string[] = [];
  const reports = BOXES.map((id) => file(`shares/${id}.report`));

  const wordsOf = async (name: string): Promise<string> => {
    const shown = (): JsonEvent | undefined => {
      const own = emulating.events.filter((event) => event["name"] === name);
      return own
        .slice(own.findLastIndex(isListening))
        .findLast(({ kind }) => kind === "check-words");
    };
    await until("check words", () => shown() !== undefined);
    const lines = shown()?.["lines"];
    return Array.isArray(lines) ? lines.join(" ") : "";
  };
  const hashOf = async (name: string): Promise<string> =>
    textOf(await ask("manifest", "show", file(name)), "hash");
  const key = (name: string): readonly string[] => ["--key", file(`${name}.key`)];

  beforeAll(async () => {
    emulating = startEmulating(home, "--count", "3", "--link", file("port"));
    await emulating.listening(3);
  });

  test("a draft is made and signed by three of five", async () => {
    const persons: string[] = [];
    for (const person of PEOPLE) {
      const name = person.split("@")[0] ?? "";
      const made = await ask("custodian", "init", "--out", file(`${name}.key`));
      persons.push(`${person}=${textOf(made, "public")}`);
    }
    const { firmwareDigest = "" } = await ask("status", "--port", "A");
    const host = textOf(await ask("host"), "key");
    const named = ["--firmware", String(firmwareDigest), "--host", `lab=${host}:vault,operator`];
    const boxes = ["--box", "A@Zurich", "B@Oslo", "C@Lisbon", "--person", ...persons];
    await ask("manifest", "new", "--out", file("draft.json"), ...named, ...boxes);
    const hash = await hashOf("draft.json");
    for (const [i, name] of ["Ada", "Ben", "Cleo"].entries()) {
      const from = file(i === 0 ? "draft.json" : "draft");
      await ask("manifest", "sign", from, ...key(name), "--out", file("draft"), "--hash", hash);
    }
    expect(await ask("manifest", "verify", file("draft"))).toMatchObject({ valid: true });
  });

  test("each box makes its key; its report goes into version 1", async () => {
    for (const id of BOXES) {
      const words = ["--port", id, "--manifest", file("draft"), "--key", id];
      const made = await ask("genesis", ...words, "--out", file("shares"));
      expect(made).toMatchObject({ report: file(`shares/${id}.report`) });
      const again = [...words, "--out", file("shares"), "--json"];
      expectJsonRefusal(await runMayfly({ home }, "genesis", ...again), "file_exists");
    }
    told = await Promise.all(BOXES.map(wordsOf));
    expect(new Set(told).size).toBe(3);
    await ask(
      "manifest",
      "complete",
      file("draft"),
      "--report",
      ...reports,
      "--out",
      file("1.json"),
    );
  });

  test("version 1 is signed over the words of every box, and not without", async () => {
    const hash = await hashOf("1.json");
    const sign = ["manifest", "sign", file("1.json"), "--after", file("draft"), "--hash", hash];
    const first = [...sign, ...key("Ada"), "--out", file("1")];
    const bare = await runMayfly({ home }, ...first, "--json");
    expectJsonRefusal(bare, "report_missing");
    const withReports = [...first, "--report", ...reports, "--words", "-"];
    const stdin = told.toReversed().join("\n");
    expectJsonRefusal(
      await runMayfly({ home, stdin }, ...withReports, "--json"),
      "check_words_wrong",
    );
    await askMayfly({ home, stdin: told.join("\n") }, ...withReports);
    for (const name of ["Dan", "Eve"]) {
      const more = [
        "manifest",
        "sign",
        file("1"),
        ...key(name),
        "--out",
        file("1"),
        "--hash",
        hash,
      ];
      const typed = ["--report", ...reports, "--words", "-"];
      await askMayfly({ home, stdin: told.join("\n") }, ...more, ...typed);
    }
    expect(await ask("manifest", "verify", file("1"))).toMatchObject({ version: 1, valid: true });
  });

  const provision = async (id: string, names: readonly string[]): Promise<JsonEvent> => {
    const quote = await ask("quote", "--port", id, "--manifest", file("1"), "--key", id);
    const stdin = await wordsOf(id);
    const out = (name: string): string => file(`${id}-${name}-${crypto.randomUUID()}`);
    const sealed: string[] = [];
    for (const name of names) {
      const place = out(name);
      const share = ["--share", file(`shares/${id}-${name}.share`), "--manifest", file("1")];
      const words = [...share, ...key(name), "--out", place, "--words", "-"];
      await askMayfly({ home, stdin }, "custodian", "approve", textOf(quote, "quote"), ...words);
      sealed.push(place);
    }
    return ask("provision", "--port", id, "--manifest", file("1"), "--share", ...sealed);
  };

  test("a share and another person's key; a lineage that a tool has never seen", async () => {
    const quote = textOf(
      await ask("quote", "--port", "A", "--manifest", file("1"), "--key", "A"),
      "quote",
    );
    const approve = (name: string, where: string, out: string) => {
      const share = ["--share", file("shares/A-Ada.share"), "--manifest", file("1")];
      const words = [...share, ...key(name), "--out", file(out), "--words", "-"];
      const typed = { home: where, stdin: "six words of no device that is" };
      return runMayfly(typed, "custodian", "approve", quote, ...words, "--json");
    };
    expectJsonRefusal(await approve("Ben", home, "no-1"), "signing_key_unlisted");
    const known = await approve("Ada", home, "no-2");
    expectJsonRefusal(known, "check_words_wrong");
    expect(known.stderr).toBe("");
    const fresh = await approve("Ada", temporaryFolder(), "no-3");
    expectJsonRefusal(fresh, "check_words_wrong");
    expect(fresh.stderr).toContain(`whether genesis ${await hashOf("draft")} is yours`);
    const foreign = ["--nonce", "00ff", "--key", file("Ada.key"), "--out", file("no-4")];
    const share = ["--share", file("shares/A-Ada.share"), "--words", "-"];
    const words = ["custodian", "approve", quote, ...foreign, ...share, "--json"];
    expectJsonRefusal(await runMayfly({ home }, ...words), "arguments_invalid", 2);
  });

  test("who has signed a later version brings back no earlier one", async () => {
    const own = temporaryFolder();
    await ask("manifest", "new", "--after", file("1"), "--out", file("2.json"));
    const hash = await hashOf("2.json");
    const sign = ["manifest", "sign", file("2.json"), "--after", file("1"), "--hash", hash];
    await askMayfly({ home: own }, ...sign, ...key("Ada"), "--out", file("2"));
    const asked = await ask("quote", "--port", "A", "--manifest", file("1"), "--key", "A");
    const share = ["--share", file("shares/A-Ada.share"), "--manifest", file("1"), "--words", "-"];
    const words = [
      "custodian",
      "approve",
      textOf(asked, "quote"),
      ...share,
      ...key("Ada"),
      "--json",
    ];
    const stdin = await wordsOf("A");
    const refused = await runMayfly({ home: own, stdin }, ...words, "--out", file("no-5"));
    expectJsonRefusal(refused, "manifest_outdated");
    const givenUp = ["--given-up", hash, "--out", file("given-up")];
    expect((await runMayfly({ home: own, stdin }, ...words, ...givenUp)).code).toBe(0);
    const attest = ["attest", "--port", "A", "--manifest", file("2"), "--json"];
    expectJsonRefusal(await runMayfly({ home }, ...attest), "signatures_missing");
  });

  test("any three bring a key back after a power cut; the manifest's host is served", async () => {
    for (const name of BOXES) process.kill(pidOf(emulating.events, name), "SIGKILL");
    await emulating.listening(3);
    for (const [i, id] of BOXES.entries()) {
      const names = i === 1 ? ["Ben", "Dan", "Eve"] : ["Ada", "Cleo", "Eve"];
      expect(await provision(id, names)).toMatchObject({ phase: "ready", have: 3, need: 3 });
    }
    const hash = await hashOf("1");
    const status = await ask("status", "--port", "B");
    expect(status["manifest"]).toEqual({ hash, version: 1, keyId: "B" });
    const attested = await ask("attest", "--port", "B", "--manifest", file("1"), "--nonce", "00ff");
    expect(attested).toMatchObject({ event: "attested", valid: true });
    const other = await runMayfly({ home }, "attest", "--port", "B", "--nonce", "no", "--json");
    expectJsonRefusal(other, "arguments_invalid", 2);
    const xpub = await ask("xpub", "--port", "B", "--path", "m/48'/1'/0'/2'");
    expect(textOf(xpub, "fingerprint")).toBe(textOf(status, "fingerprint"));
  });

  test("two people tell a box the time; strangers and other boxes are refused", async () => {
    const asked = await ask("time", "--port", "B");
    expect(asked).toEqual({ event: "time-nonce", name: "B", nonce: expect.any(String) });
    await ask("custodian", "init", "--out", file("Mallory.key"));
    for (const name of ["Ada", "Eve", "Mallory"]) {
      const words = [textOf(asked, "nonce"), ...key(name), "--out", file(`${name}.time`)];
      const signed = await ask("custodian", "time", ...words);
      expect(signed).toMatchObject({ event: "signed-time", file: file(`${name}.time`) });
      expect(Math.abs(Date.parse(textOf(signed, "time")) - Date.now())).toBeLessThan(60_000);
    }
    const tell = (port: string, ...names: readonly string[]) =>
      runMayfly({ home }, "time", "--port", port, "--signed", ...names.map(file), "--json");
    const set = await tell("B", "Ada.time", "Eve.time");
    expect(JSON.parse(set.stdout)).toEqual({ event: "time-set", statements: 2 });
    expectJsonRefusal(await tell("B", "Mallory.time"), "time_signer_unknown");
    expectJsonRefusal(await tell("A", "Ada.time"), "time_nonce_unknown");
    expectJsonRefusal(await tell("B", "Ada.key"), "time_malformed");
    const nonsense = ["custodian", "time", "bm8=", ...key("Ada"), "--out", file("no.time")];
    expectJsonRefusal(await runMayfly({ home }, ...nonsense, "--json"), "time_malformed");
    const again = ["custodian", "time", textOf(asked, "nonce"), ...key("Ada")];
    const over = await runMayfly({ home }, ...again, "--out", file("Ada.time"), "--json");
    expectJsonRefusal(over, "file_exists");
  });
});

const pidOf = (events: readonly JsonEvent[], name: string): number => {
  const own = events.filter((event) => event["name"] === name && isListening(event));
  return numberOf(own.at(-1) ?? {}, "pid");
};
