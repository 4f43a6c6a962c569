/** `mayfly trace`: what crosses the line, live, recorded and shown again. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPty } from "../../hardware/emulator/lines/pty.ts";
import { startBackground } from "./background.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating, until } from "./emulating.ts";
import { askMayfly, atEnd, cleanUp, eventsOf, runMayfly, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;

const emulated = async () => {
  const home = temporaryFolder();
  const emulating = startEmulating(home, "--insecure-mnemonic", ABANDON);
  await emulating.listening();
  return { home, emulating };
};

const CALL = /^ +\d+\.\d {7}call \d+: getStatus: ok in \d+(?:\.\d)? ms$/;

describe.skipIf(hasNoPty)("pty: trace", () => {
  test.concurrent("frames, records and calls; a recording shows the same again", async () => {
    const { home } = await emulated();
    const trace = startBackground(home, "trace", "--port", "A", "--record", "r");
    await until("a call", () => trace.lines.some((line) => CALL.test(line)));
    trace.kill("SIGINT");
    const live = await trace.end();
    expect([live.code, live.stderr]).toEqual([0, ""]);
    const tails = live.stdout.split("\n").map((line) => line.slice(12));
    expect(tails[0]).toMatch(/^out {2}HELLO {6}epoch 0000/);
    expect(tails).toContain("out  record     ch 0  handshake NN, counter 1, 35 bytes");
    expect(tails.at(-2)).toMatch(/^out {2}RESET/);
    const again = await runMayfly({ home }, "trace", "--file", "r");
    expect(again).toEqual(live);
    const events = eventsOf(await runMayfly({ home }, "trace", "--file", "r", "--json"));
    expect(events).toHaveLength(live.stdout.trimEnd().split("\n").length);
    const call = events.find(({ event }) => event === "call");
    expect(call).toMatchObject({ name: "getStatus", id: 1, outcome: "ok" });
  });

  test.concurrent("--json, live and replayed, event by event", async () => {
    const { home } = await emulated();
    const trace = startBackground(home, "trace", "--port", "A", "--record", "r", "--json");
    await trace.event(({ event }) => event === "call");
    trace.kill("SIGTERM");
    const live = await trace.end();
    expect(await runMayfly({ home }, "trace", "--file", "r", "--json")).toEqual(live);
    expect(new Set(eventsOf(live).map(({ event }) => event))).toEqual(
      new Set(["frame", "record", "call"]),
    );
  });

  test.concurrent("--socket: a link whose clients' records are seen, not read", async () => {
    const { home } = await emulated();
    const trace = startBackground(home, "trace", "--port", "A", "--socket", "s", "--record", "r");
    await until("a call", () => trace.lines.some((line) => CALL.test(line)));
    const key = await askMayfly({ home }, "xpub", "--port", "./s", "--path", "m/48'");
    trace.kill("SIGINT");
    const { code, stdout } = await trace.end();
    expect(code).toBe(0);
    expect(stdout).toMatch(/ch 1 {2}handshake IK, counter \d+, \d+ bytes/);
    const xpub = String(key["key"]).slice(-40);
    const raw = readFileSync(join(home, "r"), "utf8");
    expect(stdout + raw).not.toContain(xpub);
    expect(raw).not.toContain(Buffer.from(xpub).toString("hex"));
    expect((await runMayfly({ home }, "trace", "--file", "r")).stdout).toBe(stdout);
  });

  test("a device that restarts is asked again", async () => {
    const { home, emulating } = await emulated();
    const trace = startBackground(home, "trace", "--port", "A");
    await until("a call", () => trace.lines.some((line) => CALL.test(line)));
    const [first] = emulating.events.filter(({ event }) => event === "listening");
    process.kill(Number(first?.["pid"]), "SIGKILL");
    const acks = () => trace.lines.filter((line) => line.includes("HELLO_ACK")).length;
    await until("another link", () => acks() >= 2);
  });

  test.concurrent("a line that sends all back, and one full of noise, in words", async () => {
    const home = temporaryFolder();
    const pty = openPty(undefined);
    const loud = openPty(undefined);
    if (!pty.ok || !loud.ok) throw new Error("ptys");
    atEnd(pty.value.close);
    atEnd(loud.value.close);
    pty.value.onReceive((bytes) => pty.value.send(bytes));
    const noise = setInterval(() => loud.value.send(Uint8Array.of(0x55, 0xaa, 0, 0x7f)), 50);
    atEnd(() => clearInterval(noise));
    const looped = startBackground(home, "trace", "--port", pty.value.path);
    const noisy = startBackground(home, "trace", "--port", loud.value.path);
    const has = (lines: readonly string[], words: string) =>
      lines.some((line) => line.includes(words));
    await until("a loopback", () => has(looped.lines, "it is looped back"));
    await until("noise", () => has(noisy.lines, "bytes come, but no frames"));
    for (const one of [looped, noisy]) one.kill("SIGINT");
    expect((await looped.end()).code).toBe(0);
    expect((await noisy.end()).code).toBe(0);
  });
});

describe("trace: refusals", () => {
  test.concurrent("a recording that is none is named by its line", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "r"), '{"atMs":0,"direction":"in","bytes":"00"}\nnonsense\n');
    const run = await runMayfly({ home }, "trace", "--file", "r", "--json");
    expect(expectJsonRefusal(run, "file_malformed")).toMatchObject({
      error: { details: { file: "r", line: 2 } },
    });
    expectSentence(await runMayfly({ home }, "trace", "--file", "none"), "file_missing");
  });

  test.concurrent("a port that is none, and a recording that is there already", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "r"), "");
    expectSentence(await runMayfly({ home }, "trace", "--port", "Z"), "port_missing");
    const onto = await runMayfly({ home }, "trace", "--port", "Z", "--record", "r");
    expectSentence(onto, "file_exists");
  });

  test.concurrent.each([
    [[]],
    [["--file", "r", "--port", "A"]],
    [["--file", "r", "--record", "s"]],
    [["--file", "r", "--socket", "s"]],
  ])("arguments %p are not understood", async (words) => {
    const home = temporaryFolder();
    expectSentence(await runMayfly({ home }, "trace", ...words), "arguments_invalid", 2);
  });
});
