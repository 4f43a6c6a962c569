/**
 * The native engine: `Secrets` by libsecp256k1 and OpenSSL on locked pages. A secret byte never
 * becomes a JavaScript value here; what crosses is addresses, public bytes and link secrets.
 */
import type { Handle, Secrets, Share } from "../../../firmware/hal.ts";
import { assert, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { ImportingSecrets } from "../importing.ts";
import { isSeedLength, SECRET_LIMITS } from "../limits.ts";
import { AGREEMENT_BYTES, agreeOn, publicHalfOf } from "./agreement.ts";
import { TAG_BYTES } from "./aes-gcm.ts";
import type { Slot } from "./arena.ts";
import { descend, masterNode, publicHalf, publicKeyOf } from "./bip32.ts";
import { type Engine, type NativeOptions, type OpenError, openEngine } from "./engine.ts";
import { deriveKey, KEY_BYTES } from "./hkdf.ts";
import { openEnvelope, sealEnvelope } from "./hpke.ts";
import { openLibraries } from "./libraries.ts";
import { recombineSeed, splitSeed } from "./slip39.ts";
import { openThreadsOf, threaded, wiping } from "./threaded.ts";

/** The native engine. */
export type NativeSecrets = ImportingSecrets;

type AgreementPair = { readonly secret: Handle<"agreement">; readonly publicKey: Uint8Array };

const keepPair = ({ room, handles }: Engine, slot: Slot): AgreementPair => {
  const secret = handles.keep("agreement", slot);
  try {
    return { secret, publicKey: publicHalfOf(room, slot.at) };
  } catch (error) {
    handles.wipe(secret);
    throw error;
  }
};

/** A slot that cannot be refused: its filling always succeeds. */
const filled = ({ room }: Engine, length: number, fill: (at: Slot["at"]) => void): Slot => {
  const slot = room.arena.keep(length, (at) => {
    fill(at);
    return true;
  });
  assert(slot !== undefined, "what always succeeds has a slot");
  return slot;
};

const seeds = (
  engine: Engine,
): Pick<NativeSecrets, "importSeed" | "generateSeed" | "split" | "recombine"> => {
  const { room, handles, random } = engine;
  return {
    importSeed: (bytes) => {
      assert(isSeedLength(bytes.length), "a seed has 16 to 64 bytes, an even number");
      const slot = filled(engine, bytes.length, (at) => void room.arena.lay(at, bytes));
      return handles.keep("seed", slot);
    },
    generateSeed: (extra) => {
      assert(extra.length <= SECRET_LIMITS.extraEntropy, "extra entropy is within its limit");
      const { seedMade } = SECRET_LIMITS;
      const slot = room.arena.keep(seedMade, (at) => random.fill(at, seedMade, extra));
      return slot === undefined ? fail("rng_failed") : ok(handles.keep("seed", slot));
    },
    split: (seed, plan) => {
      const shares = splitSeed(engine, handles.slotOf(seed, "seed"), plan);
      if (!shares.ok) return shares;
      return ok(
        shares.value.map(
          ({ header, slot }): Share => ({ header, value: handles.keep("share", slot) }),
        ),
      );
    },
    recombine: (shares) => {
      const placed = shares.map(({ header, value }) => ({
        header,
        ...handles.slotOf(value, "share"),
      }));
      const length = placed[0]?.length ?? SECRET_LIMITS.seedMade;
      let outcome: ReturnType<typeof recombineSeed> = fail("shares_wrong");
      const slot = room.arena.keep(length, (at) => {
        outcome = recombineSeed(engine, placed, at);
        return outcome.ok;
      });
      if (!outcome.ok) return outcome;
      assert(slot !== undefined, "a seed that was recombined has a slot");
      return ok(handles.keep("seed", slot));
    },
  };
};

const envelopes = (
  engine: Engine,
): Pick<Secrets, "generateAgreement" | "agree" | "seal" | "open"> => {
  const { room, handles, random } = engine;
  return {
    generateAgreement: () => {
      const slot = room.arena.keep(AGREEMENT_BYTES, (at) => random.fill(at, AGREEMENT_BYTES));
      return slot === undefined ? fail("rng_failed") : ok(keepPair(engine, slot));
    },
    agree: (secret, publicKey) => {
      const shared = new Uint8Array(AGREEMENT_BYTES);
      const isAgreed = agreeOn(room, handles.slotOf(secret, "agreement").at, publicKey, shared);
      return isAgreed ? ok(shared) : fail("invalid_params");
    },
    seal: (value, publicKey, context) =>
      room.arena.scratch((take) => {
        const plaintext = handles.slotOf(value, "share");
        const ephemeral = take(AGREEMENT_BYTES);
        if (!random.fill(ephemeral, AGREEMENT_BYTES)) return fail("rng_failed");
        const envelope = sealEnvelope(room, ephemeral, publicKey, plaintext, context);
        return envelope === undefined ? fail("custodian_invalid") : ok(envelope);
      }),
    open: (secret, envelope, context): Outcome<Handle<"share">, "share_unreadable"> => {
      const { at: own } = handles.slotOf(secret, "agreement");
      const length = envelope.ciphertext.length - TAG_BYTES;
      if (!isSeedLength(length)) return fail("share_unreadable");
      const slot = room.arena.keep(length, (at) => openEnvelope(room, own, envelope, context, at));
      return slot === undefined ? fail("share_unreadable") : ok(handles.keep("share", slot));
    },
  };
};

type NodeOperation =
  | "master"
  | "derive"
  | "deriveNode"
  | "publicKey"
  | "publicNode"
  | "signEcdsa"
  | "signSchnorr";

const keys = (engine: Engine): Pick<Secrets, NodeOperation> => {
  const { room, handles, curve } = engine;
  return {
    master: (seed) => handles.keepNode(masterNode(engine, handles.slotOf(seed, "seed"))),
    deriveNode: (seed, label) =>
      room.arena.scratch((take) => {
        const derived = { at: take(KEY_BYTES), length: KEY_BYTES };
        deriveKey(room, handles.slotOf(seed, "seed"), label, derived.at);
        return handles.keepNode(masterNode(engine, derived));
      }),
    derive: (node, path) => {
      const child = descend(engine, handles.nodeOf(node), path);
      return child === undefined ? fail("index_out_of_range") : ok(handles.keepNode(child));
    },
    publicKey: (node) => publicKeyOf(engine, handles.nodeOf(node)),
    publicNode: (node) => publicHalf(engine, handles.nodeOf(node)),
    signEcdsa: (node, digest, publicKey) =>
      curve.signEcdsa(handles.slotOf(node, "node").at, digest, publicKey),
    signSchnorr: (node, message, settings) =>
      curve.signSchnorr(handles.slotOf(node, "node").at, message, settings),
  };
};

const derivedKeys = (
  engine: Engine,
): Pick<Secrets, "deriveSymmetric" | "deriveAgreement" | "mac"> => {
  const { room, handles } = engine;
  const derive = (seed: Handle<"seed">, label: string): Slot => {
    const from = handles.slotOf(seed, "seed");
    return filled(engine, KEY_BYTES, (at) => deriveKey(room, from, label, at));
  };
  return {
    deriveSymmetric: (seed, label) => handles.keep("symmetric", derive(seed, label)),
    deriveAgreement: (seed, label) => keepPair(engine, derive(seed, label)),
    mac: (key, message) => {
      const out = new Uint8Array(KEY_BYTES);
      const from = handles.slotOf(key, "symmetric", "share");
      room.arena.scratch(() => room.hmacSha256(from, message, out));
      return out;
    },
  };
};

/**
 * An engine with no secrets yet. Refuses with `engine_missing` where the libraries are not here or
 * pages cannot be locked, with `rng_failed` where a source of entropy fails its start-up test, and
 * with `self_test_failed` where the generator does not give its known answer.
 */
export const openNativeSecrets = (
  options: NativeOptions = {},
): Outcome<NativeSecrets, OpenError> => {
  const libraries = options.libraries === undefined ? openLibraries() : ok(options.libraries);
  if (!libraries.ok) return libraries;
  const opened = openEngine(libraries.value, options);
  if (!opened.ok) return opened;
  const engine = opened.value;
  const { arena } = engine.room;
  const threads = openThreadsOf(engine, options);
  if (!threads.ok) {
    arena.close();
    return threads;
  }
  return ok({
    engine: "native",
    library: libraries.value.names,
    volatile: true,
    protections: arena.protections,
    missing: [],
    ...seeds(engine),
    ...envelopes(engine),
    ...keys(engine),
    ...derivedKeys(engine),
    ...wiping(engine, threads.value),
    ...threaded(threads.value),
    close: () => {
      if (arena.isClosed()) return;
      threads.value?.close();
      engine.handles.wipeAll(); // a handle that is used later opens nothing
      arena.close();
    },
  });
};
