/** Wallets that an emulator's own manifest lists, and who else holds their keys. */
import { expect, test } from "bun:test";
import { seedValues } from "../../firmware/index.ts";
import { bringSeed } from "../../hardware/emulator/board/own-manifest.ts";
import {
  createEmulator,
  createVirtualClock,
  type EmulatorOptions,
} from "../../hardware/emulator/index.ts";
import { createPortableSecrets } from "../../hardware/secrets/index.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { MANIFEST } from "../../protocol/manifest/manifest.ts";
import { mnemonicToSeedSync } from "@scure/bip39";
import { unwrap } from "../driver/lines.ts";
import { QUORUM, SEEDS } from "../kit/index.ts";
import { thrownBy } from "./thrown.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";

const { A } = SEEDS;

const emulator = (wallets: EmulatorOptions["wallets"]) =>
  createEmulator({
    seed: A.words,
    clock: createVirtualClock(),
    approve: "never",
    ...(wallets === undefined ? {} : { wallets }),
  });

/** The first address; registering what is known already asks nobody. */
const firstAddress = async (policy: NonNullable<EmulatorOptions["wallets"]>[number]) => {
  await using signer = await emulator([policy]);
  const { walletId } = unwrap(await signer.client.registerWallet(policy));
  const asked = { walletId, isChange: false, index: 0, isShown: false };
  return unwrap(await signer.client.getAddress(asked)).address;
};

test("a multisig with keys of others, however they are spelled", async () => {
  expect(await firstAddress(QUORUM.policy)).toBe(QUORUM.receive);
  const keys = QUORUM.policy.keys.map((key) =>
    key.replace(/^\[[^\]]*\]/, (origin) => origin.toUpperCase().replaceAll("'", "h")),
  );
  expect(keys[0]).toContain("/48h/1h/0h/2h]");
  expect(await firstAddress({ ...QUORUM.policy, keys })).toBe(QUORUM.receive);
});

test.each([
  ["wpkh(@0/**)", A.wpkh],
  ["tr(@0/**)", A.tr],
  ["sh(wpkh(@0/**))", A.shWpkh],
  ["pkh(@0/**)", A.pkh],
])("%s of another account of its own", async (template, { path, tpub, receive }) => {
  const keys = [`[${A.fingerprint}/${path}]${tpub}`];
  expect(await firstAddress({ name: "Alone", template, keys })).toBe(receive);
});

test("a wallet that was never listed is unknown, and one of others alone is nobody's", async () => {
  const keys = [SEEDS.B, SEEDS.C].map(
    ({ fingerprint, multisig }) => `[${fingerprint}/${multisig.path}]${multisig.tpub}`,
  );
  const foreign = { name: "Foreign", template: "wsh(sortedmulti(2,@0/**,@1/**))", keys };
  await using signer = await emulator([foreign]);
  const walletId = Uint8Array.fromHex(QUORUM.id);
  const asked = { walletId, isChange: false, index: 0, isShown: false };
  expect(await signer.client.getAddress(asked)).toMatchObject({ error: "wallet_unknown" });
  expect(await signer.client.registerWallet(QUORUM.policy)).toMatchObject({ error: "declined" });
});

test("a key under its own fingerprint that is not its own: it does not boot", () => {
  const forged = `[${A.fingerprint}/${A.wpkh.path}]${SEEDS.B.wpkh.tpub}`;
  const policy = { name: "Forged", template: "wpkh(@0/**)", keys: [forged] };
  expect(emulator([policy])).rejects.toThrow("vouches");
});

test("each key of the wallets stands in the manifest once, under a signer of its own", () => {
  const identity = { name: "A", firmwareDigest: new Uint8Array(32) };
  const trust = { generation: 1, hosts: [], revoked: [] };
  const own = {
    identity,
    trust,
    network: "regtest",
    valuesOf: seedValues,
    secrets: createPortableSecrets(systemRng()),
    wallets: [QUORUM.policy, { ...QUORUM.policy, name: "The same again" }],
  } as const;
  const { lineage } = bringSeed(own, mnemonicToSeedSync(A.words));
  const [, newest] = lineage;
  const manifest = decodeAs(MANIFEST, newest?.manifest ?? new Uint8Array(0));
  expect(manifest?.keys.map(({ id }) => id).toSorted()).toEqual([
    "A",
    `cosigner ${SEEDS.B.fingerprint}`,
    `cosigner ${SEEDS.C.fingerprint}`,
  ]);
  expect(manifest?.keys.flatMap(({ made }) => made?.accounts ?? []).toSorted()).toEqual(
    [...QUORUM.policy.keys].toSorted(),
  );
  expect(manifest?.wallets).toHaveLength(2);
});

test("a wallet that is none is named, and so are wallets without a seed", async () => {
  const wrong = { name: "Wrong", template: "wpkh(@0/**)", keys: [A.wpkh.tpub] };
  expect(await thrownBy(() => emulator([QUORUM.policy, wrong]))).toBe(
    'no seed vouches for what is brought along with it: wallet_malformed (wallet "Wrong")',
  );
  expect(await thrownBy(() => createEmulator({ wallets: [QUORUM.policy] }))).toBe(
    "wallets: without a seed it has no manifest that could list them",
  );
});
