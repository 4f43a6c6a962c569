/**
 * The portable engine: `Secrets` in plain JavaScript, for the emulator, for tests and as the
 * oracle of the native one. It says `volatile: false`, because the collector leaves copies of
 * what it wipes, and a real board must not run on it.
 */
import type { Handle, Rng, Secrets, Share } from "../../../firmware/hal.ts";
import { assert, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { ImportingSecrets } from "../importing.ts";
import { isSeedLength } from "../limits.ts";
import { AGREEMENT_BYTES, agreementPublicKey, agreeOn } from "./agreement.ts";
import { descend, masterNode, nodeKey, publicHalf } from "./bip32.ts";
import { randomBytes, zero } from "./bytes.ts";
import { deriveKey, hmacSha256 } from "./hkdf.ts";
import { drawSeed } from "./generation.ts";
import { openEnvelope, sealEnvelope } from "./hpke.ts";
import { signEcdsa, signSchnorr } from "./signing.ts";
import { recombineSeed, splitSeed } from "./slip39.ts";
import { createSlots, type Slots } from "./slots.ts";

/** The portable engine. */
export type PortableSecrets = ImportingSecrets;

type AgreementPair = { readonly secret: Handle<"agreement">; readonly publicKey: Uint8Array };

const keepPair = (slots: Slots, secret: Uint8Array): AgreementPair => ({
  publicKey: agreementPublicKey(secret),
  secret: slots.keep("agreement", secret),
});

const seeds = (
  slots: Slots,
  rng: Rng,
): Pick<PortableSecrets, "importSeed" | "generateSeed" | "split" | "recombine"> => ({
  importSeed: (bytes) => {
    assert(isSeedLength(bytes.length), "a seed has 16 to 64 bytes, an even number");
    return slots.keep("seed", bytes.slice());
  },
  generateSeed: (extra) => {
    const drawn = drawSeed(rng, extra);
    return drawn.ok ? ok(slots.keep("seed", drawn.value)) : drawn;
  },
  split: (seed, plan) => {
    const shares = splitSeed(rng, slots.read(seed, "seed"), plan);
    if (!shares.ok) return shares;
    return ok(
      shares.value.map(
        ({ header, value }): Share => ({ header, value: slots.keep("share", value) }),
      ),
    );
  },
  recombine: (shares) => {
    const seed = recombineSeed(
      shares.map(({ header, value }) => ({ header, value: slots.read(value, "share") })),
    );
    return seed.ok ? ok(slots.keep("seed", seed.value)) : seed;
  },
});

const envelopes = (
  slots: Slots,
  rng: Rng,
): Pick<Secrets, "generateAgreement" | "agree" | "seal" | "open"> => ({
  generateAgreement: () => {
    const secret = randomBytes(rng, AGREEMENT_BYTES);
    return secret.ok ? ok(keepPair(slots, secret.value)) : secret;
  },
  agree: (secret, publicKey) => {
    const shared = agreeOn(slots.read(secret, "agreement"), publicKey);
    return shared === undefined ? fail("invalid_params") : ok(shared);
  },
  seal: (value, publicKey, context) => {
    const plaintext = slots.read(value, "share");
    const ephemeral = randomBytes(rng, AGREEMENT_BYTES);
    if (!ephemeral.ok) return ephemeral;
    try {
      const envelope = sealEnvelope(ephemeral.value, publicKey, plaintext, context);
      return envelope === undefined ? fail("custodian_invalid") : ok(envelope);
    } finally {
      zero(ephemeral.value);
    }
  },
  open: (secret, envelope, context): Outcome<Handle<"share">, "share_unreadable"> => {
    const plaintext = openEnvelope(slots.read(secret, "agreement"), envelope, context);
    if (plaintext === undefined) return fail("share_unreadable");
    if (isSeedLength(plaintext.length)) return ok(slots.keep("share", plaintext));
    zero(plaintext);
    return fail("share_unreadable");
  },
});

type NodeOperation =
  | "master"
  | "derive"
  | "deriveNode"
  | "publicKey"
  | "publicNode"
  | "signEcdsa"
  | "signSchnorr";

const keys = (slots: Slots): Pick<Secrets, NodeOperation> => ({
  master: (seed) => slots.keep("node", masterNode(slots.read(seed, "seed"))),
  deriveNode: (seed, label) => {
    const derived = deriveKey(slots.read(seed, "seed"), label);
    try {
      return slots.keep("node", masterNode(derived));
    } finally {
      zero(derived);
    }
  },
  derive: (node, path) => {
    const child = descend(slots.read(node, "node"), path);
    return child === undefined ? fail("index_out_of_range") : ok(slots.keep("node", child));
  },
  publicKey: (node) => publicHalf(slots.read(node, "node")).publicKey,
  publicNode: (node) => publicHalf(slots.read(node, "node")),
  signEcdsa: (node, digest, publicKey) =>
    signEcdsa(digest, nodeKey(slots.read(node, "node")), publicKey),
  signSchnorr: (node, message, settings) =>
    signSchnorr(message, nodeKey(slots.read(node, "node")), settings),
});

/** An engine with no secrets yet, over a board's generator. */
export const createPortableSecrets = (rng: Rng): PortableSecrets => {
  const slots = createSlots();
  return {
    engine: "portable",
    library: "@noble/secp256k1 3.2.0",
    volatile: false,
    protections: [],
    missing: ["locked pages"],
    ...seeds(slots, rng),
    ...envelopes(slots, rng),
    ...keys(slots),
    deriveSymmetric: (seed, label) =>
      slots.keep("symmetric", deriveKey(slots.read(seed, "seed"), label)),
    deriveAgreement: (seed, label) => keepPair(slots, deriveKey(slots.read(seed, "seed"), label)),
    mac: (key, message) => hmacSha256(slots.read(key, "symmetric", "share"), message),
    wipe: slots.wipe,
    wipeAll: slots.wipeAll,
    close: slots.wipeAll,
  };
};
