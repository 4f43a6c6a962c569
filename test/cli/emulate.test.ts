/** `mayfly emulate`: screens and presses, ends of every kind, names, seeds. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectContract, expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, isAlive, isListening, startEmulating, until } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  type JsonEvent,
  lastOf,
  numberOf,
  runMayfly,
  startMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;
/** The master public key of these words, as every wallet shows it. */
const ABANDON_XPUB = [
  "xpub661MyMwAqRbcFkPHucMnrGNzDwb6teAX1RbKQmqtEF8kK3Z7LZ59qafCjB9eCRLiTVG3uxBxg",
  "KvRgbubRhqSKXnGGb1aoaqLrpMBDrVxga8",
].join("");

const oneKey = async (home: string, name: string): Promise<string> =>
  textOf(await askMayfly({ home }, "custodian", "init", "--out", join(home, name)), "public");

const isQuestion = ({ kind }: JsonEvent): boolean => kind === "message";

describe.skipIf(hasNoPty)("pty: emulate", () => {
  const genesis = async (home: string, ...words: readonly string[]) => {
    const keys = await Promise.all([oneKey(home, crypto.randomUUID()), oneKey(home, "k")]);
    const all = ["genesis", "--port", "A", "--custodian", ...keys, "--threshold", "2"];
    return runMayfly({ home }, ...all, "--out", join(home, crypto.randomUUID()), ...words);
  };

  test.concurrent("--approve ask: the screen goes out, a press comes in, yes or no", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--approve", "ask");
    await emulating.listening();
    const keys = await Promise.all([oneKey(home, "a"), oneKey(home, "b")]);
    const words = ["genesis", "--port", "A", "--custodian", ...keys, "--threshold", "2"];
    const ask = async (press: string) => {
      const asked = runMayfly({ home }, ...words, "--out", join(home, press), "--json");
      const screen = await emulating.next(isQuestion);
      expect(screen).toEqual({
        event: "screen",
        name: "A",
        kind: "message",
        lines: ["Make a new seed?", "2 of 2 custodians"],
      });
      for (const noise of [
        "",
        "yes",
        '{"name":"B","press":"yes"}',
        '{"name":"A","press":"maybe"}',
      ]) {
        emulating.write(noise);
      }
      emulating.write(JSON.stringify({ name: "A", press }));
      return asked;
    };
    expectJsonRefusal(await ask("no"), "declined");
    expect((await ask("yes")).code).toBe(0);
  });

  test.concurrent("--approve never: every question is declined", async () => {
    const home = temporaryFolder();
    await startEmulating(home, "--approve", "never").listening();
    expectSentence(await genesis(home), "declined");
  });

  test.concurrent("Ctrl-C, SIGTERM or SIGHUP at a question ends it on the device too", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--approve", "ask");
    await emulating.listening();
    const keys = await Promise.all([oneKey(home, "a"), oneKey(home, "b")]);
    const words = ["genesis", "--port", "A", "--custodian", ...keys, "--threshold", "2"];
    const ask = (out: string) => startMayfly({ home }, ...words, "--out", join(home, out));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const asked = ask(signal);
      await emulating.next(isQuestion);
      asked.kill(signal);
      expectSentence(await asked.end(), "cancelled");
    }
    const last = ask("last");
    await emulating.next(isQuestion);
    emulating.write('{"name":"A","press":"yes"}');
    expect((await last.end()).code).toBe(0);
  });

  test.concurrent("goes on when its input ends; SIGTERM ends it, and its signer", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home);
    const [listening = {}] = await emulating.listening();
    emulating.closeInput();
    expect(await askMayfly({ home }, "status", "--port", "A")).toMatchObject({ phase: "sealed" });
    expect(await emulating.end("SIGTERM")).toBe(0);
    expect(isAlive(numberOf(listening, "pid"))).toBe(false);
    expect(existsSync(textOf(listening, "path"))).toBe(false);
    expect(await askMayfly({ home }, "devices")).toMatchObject({ devices: [] });
  });

  test.concurrent("SIGINT ends it, and every signer", async () => {
    const emulating = startEmulating(temporaryFolder(), "--count", "2");
    const listening = await emulating.listening(2);
    expect(await emulating.end("SIGINT")).toBe(0);
    for (const event of listening) expect(isAlive(numberOf(event, "pid"))).toBe(false);
  });

  test.concurrent("a killed supervisor leaves no signer, and its name is free", async () => {
    const home = temporaryFolder();
    const first = startEmulating(home);
    const [listening = {}] = await first.listening();
    expect(await first.end("SIGKILL")).toBe("SIGKILL");
    await until("the signer's end", () => !isAlive(numberOf(listening, "pid")));
    expect(await startEmulating(home).listening()).toMatchObject([{ name: "A" }]);
  });

  test.concurrent("a listing whose process is gone is ignored", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--count", "1");
    await emulating.listening();
    const gone = Bun.spawn(["true"]);
    await gone.exited;
    const stale = { name: "Q", path: "/dev/null", pid: gone.pid };
    writeFileSync(join(home, "run", "Q.json"), JSON.stringify(stale));
    writeFileSync(join(home, "run", "R.json"), "{");
    writeFileSync(join(home, "run", "S.json"), '{"name":1,"path":2,"pid":"3"}');
    const { devices } = await askMayfly({ home }, "devices");
    expect(devices).toMatchObject([{ name: "A" }]);
    const lost = await runMayfly({ home }, "status", "--port", "Q", "--json");
    expectJsonRefusal(lost, "port_missing");
  });

  test.concurrent("a listing that names another's process is ignored", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--count", "2");
    const [a = {}, b = {}] = await emulating.listening(2);
    const write = (file: string, name: string, pid: number): void =>
      writeFileSync(join(home, "run", file), JSON.stringify({ name, path: "/dev/null", pid }));
    write("A.json", "A", process.pid); // no emulator
    write("B.json", "B", numberOf(a, "pid")); // another emulator
    write("C.json", "B", numberOf(b, "pid")); // another's name
    expect(await askMayfly({ home }, "devices")).toMatchObject({ devices: [] });
    const lost = await runMayfly({ home }, "status", "--port", "A", "--json");
    expectJsonRefusal(lost, "port_missing");
  });

  test.concurrent("--link: a running emulator's link is not taken away from it", async () => {
    const home = temporaryFolder();
    const link = join(home, "port");
    const first = startEmulating(home, "--link", link);
    await first.listening();
    const second = await runMayfly({ home }, "emulate", "--link", `${home}/./port`, "--json");
    expect(expectJsonRefusal(second, "file_exists")).toMatchObject({
      error: { details: { path: link, emulator: "A" } },
    });
    expect(await askMayfly({ home }, "status", "--port", link)).toMatchObject({ name: "A" });
    expect(await first.end("SIGINT")).toBe(0);
    expect(await startEmulating(home, "--link", link).listening()).toMatchObject([{ path: link }]);
  });

  test.concurrent("two at once under one home: names of their own", async () => {
    const home = temporaryFolder();
    const both = [startEmulating(home, "--count", "2"), startEmulating(home, "--count", "2")];
    const listening = await Promise.all(both.map((one) => one.listening(2)));
    const names = listening.flat().map((event) => textOf(event, "name"));
    expect(names.toSorted()).toEqual(["A", "B", "C", "D"]);
    const tooMany = await runMayfly({ home }, "emulate", "--count", "23");
    expectSentence(tooMany, "arguments_invalid", 2);
    expect(tooMany.stderr).toContain("22");
  });

  test.concurrent("an insecure mnemonic: ready, with the seed's keys (BIP-39)", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--network", "mainnet", "--insecure-mnemonic", ABANDON);
    const [listening = {}] = await emulating.listening();
    expect(listening).toMatchObject({ phase: "ready", fingerprint: "73c5da0a" });
    expect(await askMayfly({ home }, "status", "--port", "A")).toMatchObject({
      fingerprint: "73c5da0a",
      insecure: true,
      manifest: { version: 1, keyId: "A" },
    });
    const master = await askMayfly({ home }, "xpub", "--port", "A", "--path", "m");
    expect(master["key"]).toBe(`[73c5da0a]${ABANDON_XPUB}`);
  });

  test.concurrent("mnemonics from a file, one for each", async () => {
    const home = temporaryFolder();
    const zoo = `${"zoo ".repeat(11)}wrong`;
    writeFileSync(join(home, "words"), `${ABANDON}\n\n${zoo}\n`);
    const words = ["--count", "2", "--insecure-mnemonic-file", join(home, "words")];
    const listening = await startEmulating(home, ...words).listening(2);
    const fingerprints = listening.map((event) => textOf(event, "fingerprint"));
    expect(fingerprints[0]).toBe("73c5da0a");
    expect(fingerprints[1]).not.toBe("73c5da0a");
  });

  test.concurrent("an invalid mnemonic: one sentence, exit code 2, nothing left", async () => {
    const home = temporaryFolder();
    const words = `${"abandon ".repeat(11)}abandon`;
    const run = await runMayfly({ home }, "emulate", "--insecure-mnemonic", words);
    expectSentence(run, "arguments_invalid", 2);
    expect(run.stderr).not.toContain("abandon");
    expect(readdirSync(join(home, "run"))).toEqual(["A.lock"]);
  });

  test.concurrent("--rng-seed: the same seed, the same life; each boot another", async () => {
    const life = async () => {
      const home = temporaryFolder();
      const emulating = startEmulating(home, "--rng-seed", "5eed");
      await emulating.listening();
      const { fingerprint } = lastOf(await genesis(home, "--json"));
      process.kill(numberOf(emulating.events.find(isListening) ?? {}, "pid"), "SIGKILL");
      await emulating.next(isListening);
      const { bootId } = await askMayfly({ home }, "status", "--port", "A");
      return { fingerprint, bootId };
    };
    const [one, other] = await Promise.all([life(), life()]);
    expect(one).toEqual(other);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{8}$/);
  });

  test.concurrent("each restart is told; a listening line is the contract's", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--link", join(home, "port"));
    const [first = {}] = await emulating.listening();
    const boots = [textOf(await askMayfly({ home }, "status", "--port", "A"), "bootId")];
    for (let life = 0; life < 2; life += 1) {
      const pid = numberOf(emulating.events.findLast(isListening) ?? {}, "pid");
      process.kill(pid, "SIGKILL");
      const [again = {}] = await emulating.listening();
      expectContract(again, "listening");
      expect(again["path"]).toBe(textOf(first, "path"));
      const port = join(home, "port");
      boots.push(textOf(await askMayfly({ home }, "status", "--port", port), "bootId"));
    }
    expect(new Set(boots).size).toBe(3);
  });
});
