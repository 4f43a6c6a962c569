/** The whole road by hand: every command of it as a process, and each one's last JSON line. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectContract, expectJsonRefusal, FOUND, signedContract } from "./contract.ts";
import { hasNoPty, isListening, startEmulating, until } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  eventsOf,
  type JsonEvent,
  numberOf,
  runMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";
import {
  addressOf,
  finaliseByBitcoinjs,
  finaliseByScure,
  placeAt,
  psbtByBitcoinjs,
  psbtByScure,
} from "./spending.ts";

afterAll(cleanUp);

const NAMES = ["A", "B", "C"] as const;
const CUSTODIANS = ["ada", "ben", "cleo"] as const;
type Name = (typeof NAMES)[number];

const home = temporaryFolder();
const file = (name: string): string => join(home, name);
const ask = (...words: readonly string[]) => askMayfly({ home }, ...words);
const onAll = (work: (name: Name) => Promise<JsonEvent>) => Promise.all(NAMES.map(work));
/** What the signers are told to trust: this user's host. */
const hostsFile = async (): Promise<string> => {
  const run = await runMayfly({ home }, "host", "--roles", "vault,operator");
  writeFileSync(file("hosts.json"), run.stdout);
  return file("hosts.json");
};
const port = (name: Name): readonly string[] => ["--port", name];

let emulating: ReturnType<typeof startEmulating>;

/** The words that a signer's screen has shown since it listens. */
const wordsOf = async (name: Name): Promise<string> => {
  const shown = (): JsonEvent | undefined => {
    const own = emulating.events.filter((event) => event["name"] === name);
    const since = own.findLastIndex(isListening);
    return own.slice(since).findLast(({ kind }) => kind === "check-words");
  };
  await until("check words", () => shown() !== undefined);
  const lines = shown()?.["lines"];
  return Array.isArray(lines) ? lines.join(" ") : "";
};

/** Quote, approve by two of three, and the files of what they sealed. */
const approveBoth = async (name: Name): Promise<readonly string[]> => {
  const quote = await ask("quote", ...port(name));
  expectContract(quote, "quote");
  const stdin = await wordsOf(name);
  return Promise.all(
    [0, 2].map(async (i) => {
      const out = file(`${name}-${i}-${crypto.randomUUID()}.sealed`);
      const share = file(`shares/${name}-${i + 1}.share`);
      const key = file(`${CUSTODIANS[i]}.key`);
      const words = ["--share", share, "--key", key, "--out", out, "--words", "-"];
      const approve = ["custodian", "approve", textOf(quote, "quote"), ...words];
      const sealed = await askMayfly({ home, stdin }, ...approve);
      expectContract(sealed, "sealedShare");
      expect(textOf(sealed, "file")).toBe(out);
      return out;
    }),
  );
};

/** What was sealed to each signer's latest boot. */
const sealedTo = new Map<Name, readonly string[]>();

const bringBack = async (name: Name): Promise<JsonEvent> => {
  sealedTo.set(name, await approveBoth(name));
  return ask("provision", ...port(name), "--share", ...(sealedTo.get(name) ?? []));
};

const fingerprints = new Map<Name, string>();
let keys: readonly string[] = [];
let walletId = "";

describe.skipIf(hasNoPty)("pty: the road by hand", () => {
  let publicKeys: readonly string[] = [];

  beforeAll(async () => {
    const words = ["--count", "3", "--link", file("port"), "--hosts", await hostsFile()];
    emulating = startEmulating(home, ...words);
  });

  test("emulate: three signers listen on links of their own", async () => {
    const listening = await emulating.listening(3);
    for (const [i, event] of listening.entries()) {
      expectContract(event, "listening");
      expect(event).toMatchObject({ name: NAMES[i], path: file(`port-${NAMES[i]}`) });
    }
  });

  test("devices and status: found by listing, asked by name or path", async () => {
    const { devices } = await ask("devices");
    expect(devices).toEqual([FOUND, FOUND, FOUND]);
    const [byName, byPath] = await Promise.all([
      ask("status", "--port", "B"),
      ask("status", "--port", file("port-C")),
    ]);
    expectContract(byName, "status");
    expect(byName).toMatchObject({ name: "B", phase: "sealed" });
    expect(textOf(byPath, "name")).toBe("C");
  });

  test("custodian init: a key file of its owner's alone", async () => {
    const made = await Promise.all(
      CUSTODIANS.map((name) => ask("custodian", "init", "--out", file(`${name}.key`))),
    );
    for (const one of made) expectContract(one, "custodian");
    publicKeys = made.map((one) => textOf(one, "public"));
    expect(new Set(publicKeys).size).toBe(3);
    expect(statSync(file("ada.key")).mode & 0o777).toBe(0o600);
  });

  test("genesis: a seed of each signer's own, shares in files", async () => {
    const words = ["--custodian", ...publicKeys, "--threshold", "2", "--out", file("shares")];
    const made = await onAll((name) => ask("genesis", ...port(name), ...words));
    for (const [i, name] of NAMES.entries()) {
      const event = made[i] ?? {};
      expectContract(event, "genesis");
      const paths = [1, 2, 3].map((n) => file(`shares/${name}-${n}.share`));
      expect(event["shares"]).toEqual(paths);
      fingerprints.set(name, textOf(event, "fingerprint"));
    }
    expect(new Set(fingerprints.values()).size).toBe(3);
    const again = await runMayfly({ home }, "genesis", ...port("A"), ...words, "--json");
    expectJsonRefusal(again, "file_exists");
  });

  test("a power cut: the signer boots again, sealed, in a new process", async () => {
    const before = emulating.events.filter(isListening);
    for (const event of before) process.kill(numberOf(event, "pid"), "SIGKILL");
    const after = await emulating.listening(3);
    for (const event of after) expectContract(event, "listening");
    const pids = new Set([...before, ...after].map((event) => numberOf(event, "pid")));
    expect(pids.size).toBe(6);
  });

  test("provision: two of three custodians, one after the other or together", async () => {
    const [first = "", second = ""] = await approveBoth("A");
    const one = await ask("provision", ...port("A"), "--share", first);
    expectContract(one, "partly");
    const two = await ask("provision", ...port("A"), "--share", second);
    expectContract(two, "provisioned");
    expect(textOf(two, "fingerprint")).toBe(fingerprints.get("A") ?? "");
    const others = await Promise.all([bringBack("B"), bringBack("C")]);
    for (const event of others) expectContract(event, "provisioned");
  });

  test("seal: the keys are gone, and no share of the boot before brings them back", async () => {
    expectContract(await ask("seal", ...port("C")), "sealed");
    expect(await emulating.next(isListening)).toMatchObject({ name: "C", phase: "sealed" });
    const stale = ["provision", ...port("C"), "--share", ...(sealedTo.get("C") ?? []), "--json"];
    expectJsonRefusal(await runMayfly({ home }, ...stale), "share_misaddressed");
    const back = await bringBack("C");
    expect(textOf(back, "fingerprint")).toBe(fingerprints.get("C") ?? "");
  });

  test("xpub: with its origin", async () => {
    const found = await onAll((name) => ask("xpub", ...port(name), "--path", "m/48'/1'/0'/2'"));
    for (const event of found) expectContract(event, "xpub");
    keys = found.map((event) => textOf(event, "key"));
    expect(keys.map((key) => key.slice(1, 9))).toEqual([...fingerprints.values()]);
    const master = await ask("xpub", ...port("A"), "--path", "m");
    expect(textOf(master, "key")).toStartWith(`[${fingerprints.get("A")}]tpub`);
  });

  test("wallet register: one id and the same descriptors on all three", async () => {
    const policy = { name: "Vault", template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))", keys };
    writeFileSync(file("policy.json"), JSON.stringify(policy));
    const words = ["--policy", file("policy.json")];
    const made = await onAll((name) => ask("wallet", "register", ...port(name), ...words));
    for (const event of made) expectContract(event, "registered");
    for (const event of made) expect(event).toEqual({ ...made[0] });
    walletId = textOf(made[0] ?? {}, "walletId");
  });

  test("wallet register: what the wallet allows makes it another, on the screen too", async () => {
    const template = "wsh(sortedmulti(2,@0/**,@1/**,@2/**))";
    const policy = { name: "Free", template, keys, allows: ["fee-high"] };
    writeFileSync(file("free.json"), JSON.stringify(policy));
    const made = await ask("wallet", "register", ...port("A"), "--policy", file("free.json"));
    expect(textOf(made, "walletId")).not.toBe(walletId);
    const shown = await emulating.next(({ lines }) => String(lines).includes("Wallet: Free"));
    expect(shown["lines"]).toContain("Fees may be high");
  });

  test("wallet address: the same on all three, and in another library", async () => {
    const words = ["--wallet", walletId, "--index", "7"];
    const receive = await onAll((name) => ask("wallet", "address", ...port(name), ...words));
    for (const event of receive) {
      expectContract(event, "address");
      expect(textOf(event, "address")).toBe(addressOf(placeAt(keys, 0, 7).script));
      expect(textOf(event, "path")).toBe("0/7");
    }
    const change = await ask("wallet", "address", ...port("B"), ...words, "--change", "--show");
    expect(textOf(change, "address")).toBe(addressOf(placeAt(keys, 1, 7).script));
    expect(textOf(change, "path")).toBe("1/7");
    const shown = await emulating.next(({ kind }) => kind === "address");
    expect(shown["lines"]).toContain(textOf(change, "address"));
  });

  const expectFinal = (event: JsonEvent): void => {
    const psbt = textOf(event, "psbt");
    expect(finaliseByBitcoinjs(psbt)).toBe(finaliseByScure(psbt));
  };

  test("sign: two ports, a base64 file of bitcoinjs-lib's", async () => {
    writeFileSync(file("js.psbt"), `${psbtByBitcoinjs(keys)}\n`);
    const signed = await ask("sign", file("js.psbt"), "--port", "A", "C", "--wallet", walletId);
    expect(signed).toEqual(signedContract(4, true));
    expectFinal(signed);
  });

  test("sign: one port after the other, a binary file of @scure/btc-signer's", async () => {
    writeFileSync(file("scure.psbt"), psbtByScure(keys));
    const [half, whole] = [file("half.psbt"), file("whole.psbt")];
    const first = await ask("sign", file("scure.psbt"), "--port", "B", "--out", half);
    expect(first).toEqual(signedContract(2, false));
    const second = await ask("sign", half, "--port", "C", "--out", whole);
    expect(second).toEqual(signedContract(2, true));
    expectFinal(second);
    expect((await Bun.file(whole).text()).trim()).toBe(textOf(second, "psbt"));
  });

  test("sign: a file stays, and nobody is asked to press, unless --force says so", async () => {
    writeFileSync(file("kept.psbt"), "kept");
    const words = ["sign", file("js.psbt"), "--port", "A", "--out", file("kept.psbt")];
    const screens = () => emulating.events.filter(({ kind }) => kind === "transaction").length;
    const before = screens();
    expectJsonRefusal(await runMayfly({ home }, ...words, "--json"), "file_exists");
    expect([await Bun.file(file("kept.psbt")).text(), screens()]).toEqual(["kept", before]);
    const signed = await ask("sign", ...words.slice(1), "--force");
    expect(await Bun.file(file("kept.psbt")).text()).toBe(`${textOf(signed, "psbt")}\n`);
  });

  test("sign: progress names the device that it is of", async () => {
    const run = await runMayfly({ home }, "sign", file("js.psbt"), "--port", "A", "B", "--json");
    const devices = eventsOf(run)
      .filter(({ event }) => event === "progress")
      .map(({ device }) => device);
    expect(devices.filter((one, i) => one !== devices[i - 1])).toEqual(["A", "B"]);
  });

  test("sign: standard input, binary and base64", async () => {
    const [bytes, text] = [psbtByScure(keys), psbtByBitcoinjs(keys)];
    for (const stdin of [bytes, text]) {
      const signed = await askMayfly({ home, stdin }, "sign", "-", "--port", "A", "--port", "B");
      expectFinal(signed);
    }
  });

  test("sign: the PSBT alone on the screen", async () => {
    const run = await runMayfly({ home }, "sign", file("js.psbt"), "--port", "A", "B");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(finaliseByScure(run.stdout.trim())).toMatch(/^[0-9a-f]+$/);
  });
});
