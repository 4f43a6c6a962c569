/**
 * The table of seeds, computed anew: by bip32 and bitcoinjs-lib, by @scure's libraries, which share
 * no code with them, and by an emulator with the words.
 */
import { describe, expect, test } from "bun:test";
import * as ecc from "@bitcoinerlab/secp256k1";
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import * as scure from "@scure/btc-signer";
import { BIP32Factory } from "bip32";
import { initEccLib, networks, payments } from "bitcoinjs-lib";
import { parseWalletPolicy, walletId } from "../../firmware/bitcoin/index.ts";
import { createEmulator, createVirtualClock } from "../../hardware/emulator/index.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { descriptorChecksum } from "../../host/control/index.ts";
import { openWallet, walletDescriptors } from "../../host/vault/index.ts";
import { unwrap } from "../driver/lines.ts";
import { QUORUM, type SeedAccount, SEEDS, type TestSeed } from "./index.ts";

initEccLib(ecc);
const bip32 = BIP32Factory(ecc);

/** What @scure calls regtest: bitcoinjs-lib's numbers and words. */
const REGTEST = { bech32: "bcrt", pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
const TPUB = { private: 0x04358394, public: 0x043587cf };

const PURPOSES = { multisig: "48'", pkh: "44'", shWpkh: "49'", wpkh: "84'", tr: "86'" } as const;
const KINDS = ["pkh", "shWpkh", "wpkh", "tr"] as const;
type Kind = (typeof KINDS)[number];

const mainnetPath = (path: string): string => path.replace("/1'/", "/0'/");

/** Fingerprint, account keys and addresses of words, as one library has them. */
interface Library {
  readonly fingerprint: string;
  readonly tpub: (path: string) => string;
  readonly xpub: (path: string) => string;
  readonly address: (kind: Kind, path: string) => string | undefined;
}

const byBitcoinjs = (words: string): Library => {
  const seed = mnemonicToSeedSync(words);
  const master = bip32.fromSeed(seed, networks.regtest);
  const network = networks.regtest;
  const addressOf = (kind: Kind, pubkey: Uint8Array): string | undefined => {
    const witness = payments.p2wpkh({ pubkey, network });
    switch (kind) {
      case "pkh":
        return payments.p2pkh({ pubkey, network }).address;
      case "shWpkh":
        return payments.p2sh({ redeem: witness, network }).address;
      case "wpkh":
        return witness.address;
      case "tr":
        return payments.p2tr({ internalPubkey: pubkey.slice(1), network }).address;
    }
  };
  return {
    fingerprint: master.fingerprint.toHex(),
    tpub: (path) => master.derivePath(`m/${path}`).neutered().toBase58(),
    xpub: (path) => bip32.fromSeed(seed).derivePath(`m/${path}`).neutered().toBase58(),
    address: (kind, path) => addressOf(kind, master.derivePath(`m/${path}`).publicKey),
  };
};

const byScure = (words: string): Library => {
  const seed = mnemonicToSeedSync(words);
  const master = HDKey.fromMasterSeed(seed, TPUB);
  const keyAt = (path: string): Uint8Array => master.derive(`m/${path}`).publicKey ?? seed;
  const addressOf = (kind: Kind, key: Uint8Array): string | undefined => {
    switch (kind) {
      case "pkh":
        return scure.p2pkh(key, REGTEST).address;
      case "shWpkh":
        return scure.p2sh(scure.p2wpkh(key, REGTEST), REGTEST).address;
      case "wpkh":
        return scure.p2wpkh(key, REGTEST).address;
      case "tr":
        return scure.p2tr(key.slice(1), undefined, REGTEST).address;
    }
  };
  return {
    fingerprint: master.fingerprint.toString(16).padStart(8, "0"),
    tpub: (path) => master.derive(`m/${path}`).publicExtendedKey,
    xpub: (path) => HDKey.fromMasterSeed(seed).derive(`m/${path}`).publicExtendedKey,
    address: (kind, path) => addressOf(kind, keyAt(path)),
  };
};

const accountsOf = (seed: TestSeed): readonly (readonly [string, SeedAccount])[] => [
  [`${PURPOSES.multisig}/1'/0'/2'`, seed.multisig],
  ...KINDS.map((kind) => [`${PURPOSES[kind]}/1'/0'`, seed[kind]] as const),
];

const agrees = (seed: TestSeed, library: Library): void => {
  expect(seed.fingerprint).toBe(library.fingerprint);
  for (const [path, account] of accountsOf(seed)) {
    expect(account.path).toBe(path);
    expect(account.tpub).toBe(library.tpub(path));
    expect(account.xpub).toBe(library.xpub(mainnetPath(path)));
  }
  for (const kind of KINDS) {
    const { path, receive, change } = seed[kind];
    expect(receive).toBe(library.address(kind, `${path}/0/0`) ?? "");
    expect(change).toBe(library.address(kind, `${path}/1/0`) ?? "");
  }
};

const stepsOf = (path: string): readonly number[] =>
  path.split("/").map((step) => Number.parseInt(step, 10) + 0x8000_0000);

/** What an emulator with the words says, of the account at each path. */
const emulated = async (seed: TestSeed, network: "regtest" | "mainnet", paths: string[]) => {
  await using signer = await createEmulator({
    seed: seed.words,
    network,
    clock: createVirtualClock(),
  });
  expect(signer.fingerprint()).toBe(seed.fingerprint);
  const xpubs: string[] = [];
  for (const path of paths) {
    const { xpub } = unwrap(await signer.client.getXpub({ path: stepsOf(path) }));
    xpubs.push(xpub);
  }
  return xpubs;
};

describe("the table of seeds", () => {
  test.each(Object.entries(SEEDS))("%s is what two libraries say", (_, seed) => {
    expect(validateMnemonic(seed.words, wordlist)).toBe(true);
    agrees(seed, byBitcoinjs(seed.words));
    agrees(seed, byScure(seed.words));
  });

  test.each(Object.entries(SEEDS))("%s is what an emulator says", async (_, seed) => {
    const accounts = accountsOf(seed);
    const paths = accounts.map(([path]) => path);
    expect(await emulated(seed, "regtest", paths)).toEqual(accounts.map(([, { tpub }]) => tpub));
    expect(await emulated(seed, "mainnet", paths.map(mainnetPath))).toEqual(
      accounts.map(([, { xpub }]) => xpub),
    );
  });

  test("ABOUT is the seed of BIP-84's and BIP-86's vectors", () => {
    expect(SEEDS.ABOUT.fingerprint).toBe("73c5da0a");
    expect(SEEDS.ABOUT.tr.xpub).toBe(
      "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ",
    );
  });

  test("no two seeds share anything", () => {
    const all = Object.values(SEEDS).flatMap((seed) => [
      seed.fingerprint,
      ...accountsOf(seed).flatMap(([, { tpub, xpub }]) => [tpub, xpub]),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("the quorum of A, B and C", () => {
  const keysAt = (branch: number): readonly Uint8Array[] =>
    [SEEDS.A, SEEDS.B, SEEDS.C]
      .map(({ words, multisig }) =>
        HDKey.fromMasterSeed(mnemonicToSeedSync(words)).derive(`m/${multisig.path}/${branch}/0`),
      )
      .map(({ publicKey }) => publicKey ?? new Uint8Array(0))
      .toSorted((one, other) => (one.toHex() < other.toHex() ? -1 : 1));

  test("its addresses are what two libraries say", () => {
    for (const [branch, address] of [QUORUM.receive, QUORUM.change].entries()) {
      const pubkeys = [...keysAt(branch)];
      const network = networks.regtest;
      const redeem = payments.p2ms({ m: 2, pubkeys, network });
      expect(payments.p2wsh({ redeem, network }).address).toBe(address);
      expect(scure.p2wsh(scure.p2ms(2, pubkeys), REGTEST).address).toBe(address);
    }
  });

  test("its keys, its descriptor's checksum and its id are what host and firmware say", () => {
    const keys = [SEEDS.A, SEEDS.B, SEEDS.C].map(
      ({ words, fingerprint, multisig }) =>
        `[${fingerprint}/${multisig.path}]${byScure(words).tpub(multisig.path)}`,
    );
    expect([...QUORUM.policy.keys]).toEqual(keys);
    const { multipath } = walletDescriptors(unwrap(openWallet(QUORUM.policy, "regtest")));
    const [body = "", checksum] = multipath.split("#");
    expect(checksum).toBe(QUORUM.checksum);
    expect(descriptorChecksum(body)).toBe(QUORUM.checksum);
    const policy = unwrap(parseWalletPolicy(QUORUM.policy, "regtest", createCrypto()));
    expect(walletId(policy, createCrypto()).toHex()).toBe(QUORUM.id);
  });
});
