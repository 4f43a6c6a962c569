/** Cases about keys: what a sealed device refuses, and what a ready one does with its own. */
import { expect } from "bun:test";
import { HDKey } from "@scure/bip32";
import type { Client } from "../../../host/client/index.ts";
import { readPsbt } from "../../../host/vault/index.ts";
import { decodeRecords } from "../../../protocol/signature-record.ts";
import { addressOf, placeAt, psbtByScure } from "../../cli/spending.ts";
import { type Case, connect, must } from "./subject.ts";

const HARDENED = 0x8000_0000;
/** BIP-48: multisig, test coin, first account, P2WSH. */
const ACCOUNT = [48, 1, 0, 2].map((step) => step + HARDENED);
const TESTNET = { private: 0x04358394, public: 0x043587cf };
/** Other outputs of the transactions that coins come from: 31 bytes each. */
const MANY = 5000;
/** Bytes that a link has under way at most: 32 frames of 4 KiB. */
const UNDER_WAY = 131_072;

const ownKey = async (client: Client): Promise<string> => {
  const { fingerprint, xpub } = must(await client.getXpub({ path: ACCOUNT }));
  return `[${fingerprint.toHex()}/48'/1'/0'/2']${xpub}`;
};

/** A custodian of ours: the same key at each run. */
const otherKey = (fill: number): string => {
  const master = HDKey.fromMasterSeed(new Uint8Array(32).fill(fill), TESTNET);
  const account = master.derive("m/48'/1'/0'/2'");
  const fingerprint = master.fingerprint.toString(16).padStart(8, "0");
  return `[${fingerprint}/48'/1'/0'/2']${account.publicExtendedKey}`;
};

/** A 2-of-3 wallet of the device's key and two of ours. */
const registered = async (client: Client) => {
  const own = await ownKey(client);
  const keys = [own, otherKey(201), otherKey(202)];
  const { walletId } = must(
    await client.registerWallet({
      name: "Conformance",
      template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
      keys,
    }),
  );
  return { keys, walletId, fingerprint: own.slice(1, 9) };
};

const SEED_CALL = {
  custodians: [1, 2].map((fill) => new Uint8Array(32).fill(fill)),
  threshold: 2,
};

const sealedXpub: Case = {
  claim: "a sealed device has no extended public key to give",
  need: { phase: "sealed", isKnown: true },
  run: async (bench) => {
    await using client = await connect(bench);
    const refused = await client.getXpub({ path: ACCOUNT });
    expect(refused).toMatchObject({ ok: false, error: "wrong_phase" });
    expect(must(await client.getStatus({})).phase).toBe("sealed");
  },
};

const readyXpub: Case = {
  claim: "a ready device gives the extended public key of a path, each time the same",
  need: { phase: "ready", isKnown: true },
  run: async (bench) => {
    await using client = await connect(bench);
    const key = await ownKey(client);
    expect(await ownKey(client)).toBe(key);
    const { fingerprint } = must(await client.getStatus({}));
    expect(key.slice(1, 9)).toBe(fingerprint?.toHex() ?? "");
    const child = must(await client.getXpub({ path: [...ACCOUNT, 0] })).xpub;
    const account = HDKey.fromExtendedKey(key.slice(key.indexOf("]") + 1), TESTNET);
    expect(account.deriveChild(0).publicExtendedKey).toBe(child);
  },
};

const address: Case = {
  claim: "an address is the one that another library derives",
  need: { phase: "ready", isKnown: true, isApproved: true },
  run: async (bench) => {
    await using client = await connect(bench);
    const { keys, walletId } = await registered(client);
    for (const index of [0, 7]) {
      const given = must(
        await client.getAddress({ walletId, index, isChange: false, isShown: false }),
      );
      expect(given.address).toBe(addressOf(placeAt(keys, 0, index).script));
    }
  },
};

/** Has a spend signed, and every signature verified. */
const sign = async (client: Client, others = 0) => {
  const { keys, walletId, fingerprint } = await registered(client);
  const psbt = psbtByScure(keys, others);
  const phases = new Set<string>();
  const onProgress = ({ phase }: { readonly phase: string }): void => void phases.add(phase);
  const reply = must(await client.signPsbt({ psbt, walletId }, { onProgress }));
  const added = must(readPsbt(psbt)).add(fingerprint, must(decodeRecords(reply.signatures)));
  return { size: psbt.length, signatures: must(added).length, phases };
};

const signing: Case = {
  claim: "a PSBT comes back with a good signature for each input",
  need: { phase: "ready", isKnown: true, isApproved: true },
  run: async (bench) => {
    await using client = await connect(bench);
    expect((await sign(client)).signatures).toBe(2);
  },
};

const upload: Case = {
  claim: "a PSBT larger than what a link has under way is signed as well",
  need: { phase: "ready", isKnown: true, isApproved: true },
  run: async (bench) => {
    await using client = await connect(bench);
    const { size, signatures, phases } = await sign(client, MANY);
    expect(size).toBeGreaterThan(2 * UNDER_WAY);
    expect(signatures).toBe(2);
    expect([...phases]).toContain("receiving");
  },
};

/** Asks, and calls the question off as soon as it is asked. */
const askAndCallOff = (client: Client) => {
  const calledOff = new AbortController();
  return client.generateSeed(SEED_CALL, {
    signal: calledOff.signal,
    onProgress: ({ phase }) => {
      if (phase === "asking") calledOff.abort();
    },
  });
};

const cancelling: Case = {
  claim: "a question is called off, and the device asks the next one",
  need: { phase: "sealed", isAsking: true },
  run: async (bench) => {
    await using client = await connect(bench);
    expect(await askAndCallOff(client)).toMatchObject({ ok: false, error: "cancelled" });
    let next = await askAndCallOff(client);
    // It may be about to hear that the first one is over.
    while (!next.ok && next.error === "busy") next = await askAndCallOff(client);
    expect(next).toMatchObject({ ok: false, error: "cancelled" });
    expect(must(await client.getStatus({})).phase).toBe("sealed");
  },
};

/** Cases that need keys, or somebody at the device. */
export const WORKING: readonly Case[] = [
  sealedXpub,
  readyXpub,
  address,
  signing,
  upload,
  cancelling,
];
