/** Nothing secret leaves: not in a log line, not on a screen, not on the cable. */
import { describe, expect, test } from "bun:test";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { HDKey } from "@scure/bip32";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { Rng } from "../../firmware/hal.ts";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { recombineSeed } from "../../hardware/secrets/portable/slip39.ts";
import { createFrameReader } from "../../protocol/frame/frame.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { HOT, walletOf } from "../bitcoin/wallet-fixture.ts";
import { wordsOf } from "../secrets/oracles/slip39-words.ts";
import { type Bench, createBench } from "./bench-device.ts";
import { approveAll, type Custodian, lieWith, makeSeed, openWith, quoteOf } from "./custodians.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { draftBytes, psbtOf } from "./ready-device.ts";
import { findSecrets, findSecretsInText, type KnownSecret } from "./secret-search.ts";

const PKCS8 = "302e020100300506032b656e04220420";

/** The X25519 public key of 32 random bytes. */
const agreementOf = (secret: Uint8Array): string => {
  const key = Buffer.concat([Buffer.from(PKCS8, "hex"), secret]);
  const jwk = createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" })).export({
    format: "jwk",
  });
  return Buffer.from(jwk.x ?? "", "base64url").toString("hex");
};

/** The system's generator, and all that it gave. */
const listeningRng = () => {
  const system = systemRng();
  const given: Uint8Array[] = [];
  const rng: Rng = {
    fill: (target) => {
      const filled = system.fill(target);
      given.push(Uint8Array.from(target));
      return filled;
    },
  };
  return { rng, given };
};

const sharesOf = (custodians: readonly Custodian[]) =>
  Promise.all(
    custodians.map(async ({ key, file }) => ({
      header: file.context.header,
      value: await openWith(file.sealed, key.privateKey),
    })),
  );

/** The keys below a seed that a device uses for the paths of these tests. */
const keysBelow = (seed: Uint8Array): readonly KnownSecret[] => {
  const master = HDKey.fromMasterSeed(seed);
  const account = master.derive("m/48'/1'/0'/2'");
  const nodes = { master, account, branch: account.deriveChild(0) };
  const leaves = [0, 1, 2, 5, 6].map((i) => [`leaf ${i}`, nodes.branch.deriveChild(i)] as const);
  return [...Object.entries(nodes), ...leaves].map(([name, node]) => ({
    name,
    bytes: node.privateKey ?? new Uint8Array(0),
  }));
};

/** Everything that crossed the cable one way: as it was, and as the frames' payloads, joined. */
const crossed = (pieces: readonly Uint8Array[]): Uint8Array => {
  const reader = createFrameReader();
  const payloads = pieces.flatMap((piece) => reader.push(piece)).map(({ payload }) => payload);
  return Buffer.concat([...pieces, ...payloads]);
};

const expectSilent = (bench: Bench, secrets: readonly KnownSecret[]): void => {
  expect(findSecretsInText(JSON.stringify(bench.log), secrets)).toEqual([]);
  expect(findSecretsInText(JSON.stringify(bench.screens), secrets)).toEqual([]);
  expect(findSecrets(crossed(bench.fromDevice), secrets)).toEqual([]);
  expect(findSecrets(crossed(bench.toDevice), secrets)).toEqual([]);
};

/** Every three words in a row of a mnemonic. */
const phrasesOf = (mnemonic: string): readonly string[] => {
  const words = mnemonic.split(" ");
  return words.slice(2).map((_, i) => words.slice(i, i + 3).join(" "));
};

describe("the search itself", () => {
  const secret = { name: "it", bytes: createHash("sha256").update("secret").digest() };
  const half = secret.bytes.subarray(9, 25);
  test.each([
    ["raw", Buffer.concat([Buffer.from("x"), half])],
    ["hex", Buffer.from(`x${half.toString("hex")}`)],
    ["upper-case hex", Buffer.from(half.toString("hex").toUpperCase())],
    ["base64", Buffer.from(secret.bytes.toString("base64"))],
    ["base64 inside", Buffer.from(Buffer.concat([Buffer.from("x"), half]).toString("base64"))],
    ["base64url", Buffer.from(secret.bytes.toString("base64url"))],
    ["JSON of bytes", Buffer.from(JSON.stringify([...secret.bytes]))],
  ])("finds half a secret as %s", (_, haystack) => {
    expect(findSecrets(haystack, [secret])).toEqual(["it"]);
  });

  test("finds nothing where nothing is", () => {
    expect(findSecrets(Buffer.alloc(4096, 7), [secret])).toEqual([]);
  });
});

describe("no secret leaves", () => {
  test("from genesis over lies and a reboot to signatures and the end", async () => {
    const { rng, given } = listeningRng();
    const bench = createBench({ rng });
    const first = await bench.connect();
    const { custodians } = await makeSeed(first, 2, 3);
    const firstBoot = (await quoteOf(first)).bootKey;
    await first.close();
    bench.reboot("power");

    const client = await bench.connect();
    const quote = await quoteOf(client);
    const shares = await approveAll(quote, custodians);
    const lie = await lieWith(quote, at(custodians, 0), () => ({ device: "B" }));
    const bad = { ...at(shares, 0), ciphertext: new Uint8Array(48) };
    for (const share of [lie, bad]) {
      expect((await client.submitShares({ shares: [share] })).ok).toBe(false);
    }
    const { fingerprint } = unwrap(await client.submitShares({ shares: shares.slice(1) }));
    const account = unwrap(await client.getXpub({ path: [48, 1, 0, 2].map((i) => i + 2 ** 31) }));
    const key = `[${Buffer.from(account.fingerprint).toString("hex")}/48'/1'/0'/2']${account.xpub}`;
    const others = HOT.text.keys.slice(1);
    unwrap(await client.registerWallet({ ...HOT.text, keys: [key, ...others] }));
    expect(errorOf(await client.registerWallet(HOT.text))).toBe("wallet_key_not_ours");
    expect(errorOf(await client.signPsbt({ psbt: draftBytes() }))).toBe("wallet_unknown");
    unwrap(await client.seal({}));
    await client.close();

    const opened = await sharesOf(custodians);
    const seed = unwrap(recombineSeed(opened.slice(0, 2)));
    expect(HDKey.fromMasterSeed(seed).fingerprint).toBe(
      Buffer.from(fingerprint ?? []).readInt32BE() >>> 0,
    );
    const bootKeys = [firstBoot, quote.bootKey].map((one) => Buffer.from(one).toString("hex"));
    const boots = given.filter(
      (bytes) => bytes.length === 32 && bootKeys.includes(agreementOf(bytes)),
    );
    expect(boots).toHaveLength(2);
    expectSilent(bench, [
      { name: "seed", bytes: seed },
      ...opened.map(({ value }, i) => ({ name: `share ${i}`, bytes: value })),
      ...boots.map((bytes, i) => ({ name: `boot key ${i}`, bytes })),
      ...custodians.map((one, i) => ({ name: `custodian ${i}`, bytes: one.key.privateKey })),
      ...keysBelow(seed),
    ]);
    const words = [...opened.map(wordsOf), entropyToMnemonic(seed, wordlist)];
    const said = JSON.stringify([bench.log, bench.screens]);
    expect(words.flatMap(phrasesOf).filter((phrase) => said.includes(phrase))).toEqual([]);
  });

  test("with a seed that an emulator brought along, refusals included", async () => {
    const seed = Uint8Array.from(createHash("sha256").update("an emulator's seed").digest());
    const emulator = await createEmulator({ seed });
    const client = await emulator.connect();
    const { xpub, fingerprint } = unwrap(
      await client.getXpub({ path: [48, 1, 0, 2].map((i) => i + 2 ** 31) }),
    );
    const key = `[${Buffer.from(fingerprint).toString("hex")}/48'/1'/0'/2']${xpub}`;
    const [, ...others] = walletOf("Hot wallet", [1, 2, 3]).text.keys;
    unwrap(await client.registerWallet({ ...HOT.text, keys: [key, ...others] }));
    await client.signPsbt({ psbt: Uint8Array.from(psbtOf(2).toBuffer()) });
    await client.close();
    const said = JSON.stringify([emulator.log, emulator.screens]);
    expect(said.length).toBeGreaterThan(100);
    expect(findSecretsInText(said, [{ name: "seed", bytes: seed }, ...keysBelow(seed)])).toEqual(
      [],
    );
  });

  test("with the signatures of a wallet that signs", async () => {
    const bench = createBench({ seed: new Uint8Array(32).fill(1) });
    const client = await bench.connect();
    unwrap(await client.registerWallet(HOT.text));
    unwrap(await client.signPsbt({ psbt: Uint8Array.from(psbtOf(3).toBuffer()) }));
    expect(errorOf(await client.signPsbt({ psbt: draftBytes().slice(0, -1) }))).toBe(
      "psbt_malformed",
    );
    await client.close();
    // The seed of this wallet is 32 times one byte, which proves nothing: its keys are looked for.
    expectSilent(bench, keysBelow(new Uint8Array(32).fill(1)));
    expect(bench.signatures()).toBe(3);
  });
});

describe("log lines", () => {
  test("name commands, phases and errors, and nothing that a peer or a secret wrote", async () => {
    const bench = createBench({ seed: new Uint8Array(32).fill(1) });
    const client = await bench.connect();
    unwrap(await client.registerWallet({ ...HOT.text, name: "A name nobody logs" }));
    await client.signPsbt({ psbt: draftBytes() });
    unwrap(await client.seal({}));
    for (const { event, ...fields } of bench.log) {
      expect(["call", "phase"]).toContain(event);
      for (const value of Object.values(fields)) expect(value).toMatch(/^[a-zA-Z_]{2,32}$/);
    }
    const calls = bench.log.flatMap(({ event, ...fields }) =>
      event === "call" ? [fields["command"]] : [],
    );
    expect(calls).toEqual(["getStatus", "registerWallet", "signPsbt", "seal"]);
    expect(calls.every((name) => Object.hasOwn(REGISTRY, String(name)))).toBe(true);
    await client.close();
  });
});
