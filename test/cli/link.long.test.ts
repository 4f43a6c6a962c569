/** `mayfly link`: several programs, one cable, over real sockets and ptys. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { HDKey } from "@scure/bip32";
import { startBackground, startLink } from "./background.ts";
import { expectJsonRefusal, expectSentence, signedContract } from "./contract.ts";
import { type Emulating, hasNoPty, isAlive, startEmulating, until } from "./emulating.ts";
import {
  askMayfly,
  atEnd,
  cleanUp,
  eventsOf,
  type JsonEvent,
  numberOf,
  runMayfly,
  startMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";
import { psbtByBitcoinjs } from "./spending.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;
const PATH = "m/48'/1'/0'/2'";
const TESTNET = { private: 0x04358394, public: 0x043587cf };

/** Keys of two signers that are elsewhere. */
const STRANGERS = [1, 2].map((fill) => {
  const master = HDKey.fromMasterSeed(new Uint8Array(32).fill(fill), TESTNET);
  const { publicExtendedKey } = master.derive(PATH);
  const fingerprint = master.fingerprint.toString(16).padStart(8, "0");
  return `[${fingerprint}/${PATH.slice(2)}]${publicExtendedKey}`;
});

const isTransaction = ({ kind }: JsonEvent): boolean => kind === "transaction";

const isQuestion = ({ kind }: JsonEvent): boolean => kind === "message" || kind === "address";

/**
 * Power off and on. Not beside other tests: until it is back its name leads to a pty's number that
 * is free for anybody's.
 */
const restart = async ({ listening }: Emulating, pid: number): Promise<void> => {
  process.kill(pid, "SIGKILL");
  await listening();
};

/** A signer and a link on it. */
const linked = async (...words: readonly string[]) => {
  const home = temporaryFolder();
  const emulating = startEmulating(home, "--insecure-mnemonic", ABANDON, ...words);
  const [listening = {}] = await emulating.listening();
  const socket = join(home, "s");
  const link = await startLink(home, "A", socket);
  return { home, emulating, link, socket, pid: numberOf(listening, "pid") };
};

/** A client of a link that says nothing, once the link's device is there. */
const connectTo = async (path: string) => {
  const socket = createConnection(path);
  atEnd(() => void socket.destroy());
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once("close", resolve);
  await new Promise((done) => socket.once("data", done));
  return { closed };
};

describe.skipIf(hasNoPty)("pty: link", () => {
  test.concurrent("says where, serves every command, and leaves nothing behind", async () => {
    const { home, link, socket } = await linked();
    expect(link.lines).toEqual([JSON.stringify({ event: "linked", socket })]);
    expect((lstatSync(socket).mode & 0o777).toString(8)).toBe("600");
    expect(await askMayfly({ home }, "status", "--port", "./s")).toMatchObject({
      event: "status",
      name: "A",
    });
    const [key, status] = await Promise.all([
      askMayfly({ home }, "xpub", "--port", socket, "--path", PATH),
      askMayfly({ home }, "status", "--port", socket),
    ]);
    expect([key["event"], status["phase"]]).toEqual(["xpub", "ready"]);
    link.kill("SIGINT");
    expect(await link.end()).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(socket)).toBe(false);
    expect(await askMayfly({ home }, "status", "--port", "A")).toMatchObject({ name: "A" });
  });

  test.concurrent("one waits for a press while another asks, and seals", async () => {
    const { home, emulating, socket } = await linked("--approve", "ask");
    const pairing = startMayfly(
      { home, stdin: "" },
      "pair",
      "--port",
      socket,
      "--code",
      "-",
      "--json",
    );
    await emulating.next(isQuestion);
    expect(await askMayfly({ home }, "status", "--port", socket)).toMatchObject({ phase: "ready" });
    expect(await askMayfly({ home }, "seal", "--port", socket)).toEqual({
      event: "sealed",
      name: "A",
    });
    const run = await pairing.end();
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/"name":"(?:call_indeterminate|cancelled|wrong_phase)"/);
  });

  test.concurrent("one signs, and waits for a press; another asks meanwhile", async () => {
    const { home, emulating, socket } = await linked("--approve", "ask");
    const press = () => emulating.write('{"name":"A","press":"yes"}');
    const own = textOf(await askMayfly({ home }, "xpub", "--port", socket, "--path", PATH), "key");
    const keys = [own, ...STRANGERS];
    const policy = { name: "W", template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))", keys };
    writeFileSync(join(home, "w.json"), JSON.stringify(policy));
    writeFileSync(join(home, "p.psbt"), psbtByBitcoinjs(keys));
    const words = ["register", "--port", socket, "--policy", "w.json"];
    const registering = askMayfly({ home }, "wallet", ...words);
    await emulating.next(isQuestion);
    press();
    await registering;
    const sign = () => startBackground(home, "sign", "p.psbt", "--port", socket, "--json");
    const signing = sign();
    await emulating.next(isTransaction);
    expect(await askMayfly({ home }, "status", "--port", socket)).toMatchObject({ phase: "ready" });
    press();
    const signed = eventsOf(await signing.end());
    expect(signed.at(-1)).toEqual(signedContract(2, false));
    const phases = signed.slice(0, -1).map(({ event, phase }) => [event, phase]);
    expect(phases).toContainEqual(["progress", "asking"]);
    expect(phases).toContainEqual(["progress", "signing"]);
    // And one whose device is sealed by another in the middle of its question.
    const lost = sign();
    await emulating.next(isTransaction);
    await askMayfly({ home }, "seal", "--port", socket);
    expectJsonRefusal(await lost.end(), "call_indeterminate");
  });

  test.concurrent("Ctrl-C of one ends its question there, and nobody else's work", async () => {
    const { home, emulating, socket } = await linked("--approve", "ask");
    const pairing = startMayfly({ home, stdin: "" }, "pair", "--port", socket, "--code", "-");
    await emulating.next(isQuestion);
    pairing.kill("SIGINT");
    expectSentence(await pairing.end(), "cancelled");
    await emulating.next(({ kind }) => kind === "status");
    expect(await askMayfly({ home }, "status", "--port", socket)).toMatchObject({ name: "A" });
  });

  test("a device that goes and comes back: the link waits, its clients recover", async () => {
    const { home, emulating, link, socket, pid } = await linked();
    const before = await connectTo(socket);
    await restart(emulating, pid);
    await until("the device is gone for good", () => !isAlive(pid));
    await before.closed; // the link has seen it go,
    await connectTo(socket); // and has found it again
    expect(await askMayfly({ home }, "xpub", "--port", socket, "--path", PATH)).toMatchObject({
      event: "xpub",
    });
    expect(link.lines).toHaveLength(1);
  });

  test("for people it says that the device is away, and back", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--insecure-mnemonic", ABANDON);
    const [listening = {}] = await emulating.listening();
    const link = startBackground(home, "link", "--port", "A", "--socket", "s");
    await until("it listens", () => link.lines.length === 1);
    await restart(emulating, numberOf(listening, "pid"));
    await until("both are said", () => link.lines.length >= 3);
    expect(link.lines.slice(0, 3)).toEqual([
      `A is shared at ${join(home, "s")}.`,
      "The device is away.",
      "The device is back.",
    ]);
  });

  test.concurrent("eight may connect; the ninth hears that it is busy, and why", async () => {
    const { home, socket } = await linked();
    const sockets = Array.from({ length: 8 }, () => createConnection(socket));
    atEnd(() => {
      for (const one of sockets) one.destroy();
    });
    await Promise.all(sockets.map((one) => new Promise((done) => one.once("data", done))));
    const run = await runMayfly({ home }, "status", "--port", socket);
    expectSentence(run, "port_busy");
    expect(run.stderr).toContain("is taken): end one of the programs that share it. [port_busy]");
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    sockets[3]?.once("close", resolve).resume().end(); // the link lets it go in its turn
    await gone;
    expect(await askMayfly({ home }, "status", "--port", socket)).toMatchObject({ name: "A" });
  });

  test.concurrent("one that sends garbage is dropped, the others are served", async () => {
    const { home, socket } = await linked();
    const bad = createConnection(socket);
    const closed = new Promise((done) => bad.once("close", done));
    bad.on("error", () => undefined).on("data", () => undefined);
    bad.write("GET / HTTP/1.1\r\nHost: signer\r\n\r\n");
    await closed;
    expect(await askMayfly({ home }, "xpub", "--port", socket, "--path", PATH)).toMatchObject({
      event: "xpub",
    });
  });

  test.concurrent("what is in the way is refused by name, and stays", async () => {
    const { home, socket, link } = await linked();
    const onto = (file: string) => runMayfly({ home }, "link", "--port", "A", "--socket", file);
    const file = join(home, "mine");
    writeFileSync(file, "mine");
    expectSentence(await onto(file), "file_exists");
    const same = await onto(socket);
    expectSentence(same, "file_exists");
    expect(same.stderr).toContain(`file: ${socket}, why: a link listens there): name`);
    expect(same.stderr).toContain("or use that link: its socket is a `--port`. [file_exists]");
    expectSentence(await onto(join(home, "other")), "port_busy");
    expect(existsSync(join(home, "other"))).toBe(false);
    const twice = await runMayfly({ home }, "link", "--port", socket, "--socket", "t");
    expectSentence(twice, "not_a_signer");
    expect(twice.stderr).toContain("a link's socket is no line");
    link.kill("SIGKILL");
    await link.end();
    expect(existsSync(socket)).toBe(true);
    expectSentence(await runMayfly({ home }, "status", "--port", socket), "port_missing");
    const next = await startLink(home, "A", socket);
    expect(next.lines).toHaveLength(1);
  });

  test.concurrent("a port that is none is refused before anything listens", async () => {
    const home = temporaryFolder();
    const run = await runMayfly({ home }, "link", "--port", "Z", "--socket", "s", "--json");
    expect(expectJsonRefusal(run, "port_missing")).toMatchObject({
      error: { details: { port: "Z" } },
    });
    expect(existsSync(join(home, "s"))).toBe(false);
  });
});
