/**
 * SPEC.md suffices: a client in Python, written from it alone on other people's Noise, CBOR and
 * COBS, speaks with a real emulator on a pty and reads what `mayfly` reads.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { hasNoPty } from "../cli/emulating.ts";
import {
  askMayfly,
  cleanUp,
  type JsonEvent,
  lastOf,
  numberOf,
  runMayfly,
  temporaryFolder,
  textOf,
} from "../cli/mayfly.ts";
import { endOf, hasNoPython, runClient, startClient } from "./python/client.ts";
import { ORIGIN, pairWith, type Signer, startSigner, writePolicy } from "./python/signer.ts";

const PATIENCE_MS = 60_000;
/** More than the records between two changes of keys, and than fit into one session without. */
const MANY_CALLS = 4200;

const isMissing = hasNoPty || hasNoPython;
const testPython = test.skipIf(isMissing);
console.log(`MAYFLY_PYTHON: ${hasNoPython ? "not here" : "has the client's packages"}`);

const home = isMissing ? "" : temporaryFolder();
const keys = join(home, "keys.json");

/** The code with another last word, such that its checksum holds or does not. */
const misread =
  (isValid: boolean) =>
  (code: readonly string[]): readonly string[] => {
    const others = wordlist
      .filter((word) => word !== code.at(-1))
      .map((word) => [...code.slice(0, -1), word]);
    return others.find((other) => validateMnemonic(other.join(" "), wordlist) === isValid) ?? [];
  };

/** Another file of keys: this host's, with some left out or replaced. */
const spoilKeys = async (name: string, changes: JsonEvent): Promise<string> => {
  const known: unknown = await Bun.file(keys).json();
  const file = join(home, name);
  await Bun.write(file, JSON.stringify(Object.assign({}, known, changes)));
  return file;
};

let auto: Signer | undefined;
const signer = (): Signer => {
  if (auto === undefined) throw new Error("no emulator was started");
  return auto;
};

beforeAll(async () => {
  if (!isMissing) auto = await startSigner(home, "auto");
}, PATIENCE_MS);
afterAll(cleanUp);

testPython(
  "NN: anyone reads the state that `mayfly status` reads",
  async () => {
    const { port } = signer();
    const { code, said } = await runClient(port, "status");
    const { uptimeMs, ...state } = await askMayfly({ home }, "status", "--port", port);
    expect(state["manifest"]).toMatchObject({ version: 1, keyId: "A" });
    expect(said("status")).toMatchObject(state);
    expect(numberOf(said("status"), "uptimeMs")).toBeLessThanOrEqual(Number(uptimeMs));
    expect(said("linked")).toMatchObject({ bootId: state["bootId"], phase: "ready" });
    expect(code).toBe(0);
  },
  PATIENCE_MS,
);

testPython(
  "NNpsk0, then IK: 12 words pair the client, and its credential reads an xpub",
  async () => {
    const { port, linkKey } = signer();
    const { said, events, code } = await pairWith(signer(), [
      "status",
      "pair",
      "xpub",
      "address",
      "--keys",
      keys,
    ]);
    const sessions = events.filter(({ event }) => event === "session");
    expect(sessions.map(({ pattern }) => pattern)).toEqual(["NN", "NNpsk0", "IK"]);
    expect(sessions.map(({ counter }) => counter)).toEqual([1, 2, 3]);
    expect(said("paired")).toMatchObject({ role: "vault", deviceKey: linkKey });
    const asked = ["xpub", "--port", port, "--path", `m/${ORIGIN}`];
    expect(said("xpub")).toEqual(await askMayfly({ home }, ...asked));
    const refused = { command: "getAddress", code: 601, name: "wallet_unknown" };
    expect(said("refused")).toMatchObject(refused);
    expect(code).toBe(1);
  },
  PATIENCE_MS,
);

testPython(
  "twice in a row on one port: the second run needs no pairing",
  async () => {
    const { port } = signer();
    const runs = [
      await runClient(port, "xpub", "--keys", keys),
      await runClient(port, "xpub", "status", "--keys", keys),
    ];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(runs[0]?.said("xpub")).toEqual(runs[1]?.said("xpub") ?? {});
    expect(runs[0]?.said("linked")["epoch"]).not.toBe(runs[1]?.said("linked")["epoch"]);
  },
  PATIENCE_MS,
);

testPython(
  "a wallet goes as a body, its descriptors come in parts, and `mayfly` has the same of them",
  async () => {
    const { port } = signer();
    const own = textOf((await runClient(port, "xpub", "--keys", keys)).said("xpub"), "key");
    const policy = join(home, "wallet.json");
    await writePolicy(policy, own);
    const asked = ["--policy", policy, "--keys", keys];
    const registered = await runClient(port, "register", ...asked);
    expect(registered.code).toBe(0);
    expect(numberOf(registered.said("result-body"), "size")).toBeGreaterThan(4080);
    const wallet = await askMayfly(
      { home },
      "wallet",
      "register",
      ...asked.slice(0, 2),
      "--port",
      port,
    );
    expect(registered.said("registered")).toEqual(wallet);
    const place = ["--wallet", textOf(wallet, "walletId"), "--index", "7"];
    const { said } = await runClient(port, "address", ...place, "--keys", keys);
    const address = await askMayfly({ home }, "wallet", "address", ...place, "--port", port);
    expect(address).toMatchObject(said("address"));
    expect(textOf(said("address"), "address")).toStartWith("bcrt1q");
  },
  PATIENCE_MS,
);

testPython(
  "a body of many chunks follows the device's credit to a refusal by name",
  async () => {
    const psbt = join(home, "junk.psbt");
    await Bun.write(psbt, new Uint8Array(200_000).fill(0x5a));
    const { said, events } = await runClient(signer().port, "sign", "--psbt", psbt, "--keys", keys);
    expect(said("refused")).toMatchObject({ command: "signPsbt", name: "psbt_malformed" });
    const phases = events.filter(({ event }) => event === "progress").map(({ phase }) => phase);
    expect(phases).toContain("receiving");
    expect(phases).toContain("working");
  },
  PATIENCE_MS,
);

testPython.each([3, 5, 17])(
  "each %dth frame lost, of either side: repeated, delivered once",
  async (lose) => {
    const lossy = ["--lose", String(lose), "--keys", keys];
    const { code, said } = await runClient(signer().port, "status", "xpub", ...lossy);
    expect(code).toBe(0);
    expect(textOf(said("xpub"), "key")).toContain(ORIGIN);
    expect(numberOf(said("closed"), "lost")).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

testPython(
  "both directions rekey before their record 4096, and their nonces go on",
  async () => {
    const { code } = await runClient(signer().port, "status", "--calls", String(MANY_CALLS));
    expect(code).toBe(0);
  },
  PATIENCE_MS,
);

testPython(
  "a misread word is refused: by its checksum here, by the handshake there",
  async () => {
    const spoilt = ["pair", "--keys", join(home, "never.json")];
    const here = await pairWith(signer(), spoilt, misread(false));
    expect(here.events.map(({ event }) => event)).toContain("words-invalid");
    const there = await pairWith(signer(), spoilt, misread(true));
    expect(there.said("session-refused")).toEqual({ event: "session-refused", pattern: "NNpsk0" });
    expect([here.code, there.code]).toEqual([1, 1]);
    expect(await Bun.file(join(home, "never.json")).exists()).toBe(false);
  },
  PATIENCE_MS,
);

testPython(
  "IK is refused without the credential, with another's and for another role, and then goes on",
  async () => {
    const { port } = signer();
    const bare = await spoilKeys("bare.json", { credential: undefined });
    const other = await spoilKeys("other.json", { private: "11".repeat(32) });
    const refused = [
      await runClient(port, "xpub", "--keys", bare),
      await runClient(port, "xpub", "--keys", other),
      await runClient(port, "xpub", "--keys", keys, "--role", "operator"),
    ];
    const all = refused.map(({ said }) => said("session-refused"));
    expect(all).toEqual(Array(3).fill({ event: "session-refused", pattern: "IK" }));
    expect((await runClient(port, "xpub", "--keys", keys)).code).toBe(0);
  },
  PATIENCE_MS,
);

testPython(
  "while the client has the port, `mayfly` finds it busy",
  async () => {
    const { port } = signer();
    const client = startClient(port, "pair", "--keys", join(home, "second.json"));
    const code = await signer().nextCode();
    const run = await runMayfly({ home }, "status", "--port", port, "--json");
    expect(lastOf(run)).toMatchObject({ error: { name: "port_busy" } });
    client.tell(code.join(" "));
    expect((await endOf(client)).code).toBe(0);
  },
  PATIENCE_MS,
);

testPython(
  "while a person ponders progress comes; a killed client's session yields to the next client",
  async () => {
    const asking = await startSigner(temporaryFolder(), "ask");
    const questioned = async (): Promise<JsonEvent> =>
      asking.emulating.next(({ kind }) => kind === "message");
    const press = (answer: "no" | "yes"): void =>
      asking.emulating.write(JSON.stringify({ name: "A", press: answer }));
    const theirs = ["--keys", join(home, "ponders.json")];
    const pairing = startClient(asking.port, "pair", "xpub", ...theirs);
    await questioned();
    await Bun.sleep(1000); // the person ponders
    press("yes");
    pairing.tell((await asking.nextCode()).join(" "));
    const paired = await endOf(pairing);
    const isAsking = ({ event, phase }: JsonEvent): boolean =>
      event === "progress" && phase === "asking";
    expect(paired.events.filter(isAsking).length).toBeGreaterThan(1);

    const policy = join(home, "asked.json");
    await writePolicy(policy, textOf(paired.said("xpub"), "key"));
    const killed = startClient(asking.port, "register", "--policy", policy, ...theirs);
    await questioned();
    killed.kill();
    await killed.end();
    expect((await runClient(asking.port, "status")).code).toBe(0);
    press("yes");

    const declined = startClient(asking.port, "pair", ...theirs);
    await questioned();
    press("no");
    const { code, said } = await endOf(declined);
    expect(said("refused")).toMatchObject({ command: "startPairing", name: "declined" });
    expect([paired.code, code]).toEqual([0, 1]);
  },
  PATIENCE_MS,
);

testPython(
  "after a power cut the same seed keeps accepting the credential",
  async () => {
    const before = await runClient(signer().port, "xpub", "--keys", keys);
    await signer().emulating.end("SIGTERM");
    auto = await startSigner(home, "auto");
    const after = await runClient(signer().port, "xpub", "--keys", keys);
    expect(after.code).toBe(0);
    expect(after.said("xpub")).toEqual(before.said("xpub"));
    expect(after.said("linked")["bootId"]).not.toBe(before.said("linked")["bootId"]);
  },
  PATIENCE_MS,
);
