/** Custody: genesis, quote, seal. Taking shares is in shares.ts. */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { QUOTE, SHARE_CONTEXT, SHARE_INFO, type SealedShare } from "../../protocol/share.ts";
import { fingerprintOf, isSame } from "../bitcoin/index.ts";
import type { Device } from "../device.ts";
import type { Context, Handlers, Reply } from "../dispatch.ts";
import type { Handle, Share } from "../hal.ts";
import type { Lineage } from "../manifest/lineage.ts";
import { keyOf } from "../custody/admission.ts";
import { makeKey } from "./genesis.ts";
import { offerManifest } from "./manifest.ts";
import { submitShares } from "./shares.ts";

/** What a custodian's sealed share says, apart from whose it is. */
interface Origin {
  readonly fingerprint: Uint8Array;
  readonly bootId: Uint8Array;
}

const sealTo = (
  { hal }: Context,
  share: Share,
  custodian: Uint8Array,
  origin: Origin,
): Outcome<SealedShare, "rng_failed" | "custodian_invalid"> => {
  const context = encodeAs(SHARE_CONTEXT, {
    purpose: "custodian",
    device: hal.identity.name,
    header: share.header,
    custodian,
    recipient: custodian,
    notAfterMs: 0,
    ...origin,
  });
  const sealed = hal.secrets.seal(share.value, custodian, {
    info: SHARE_INFO,
    associatedData: context,
  });
  return sealed.ok ? ok({ context, ...sealed.value }) : sealed;
};

const sealAll = (
  context: Context,
  shares: readonly Share[],
  custodians: readonly Uint8Array[],
  fingerprint: Uint8Array,
): Outcome<readonly SealedShare[], "rng_failed" | "custodian_invalid"> => {
  const sealed: SealedShare[] = [];
  for (const [i, custodian] of custodians.entries()) {
    const share = shares[i];
    if (share === undefined) return fail("custodian_invalid", { custodian: i });
    const one = sealTo(context, share, custodian, { fingerprint, bootId: context.bootId });
    if (!one.ok) return fail(one.error, { custodian: i });
    sealed.push(one.value);
  }
  return ok(sealed);
};

/** Splits and seals a seed; every handle made on the way is wiped, whatever happens. */
const shareOut = (
  context: Context,
  seed: Handle<"seed">,
  custodians: readonly Uint8Array[],
  threshold: number,
): Reply<"generateSeed"> => {
  const { secrets } = context.hal;
  const split = secrets.split(seed, {
    groupThreshold: 1,
    groups: [{ threshold, count: custodians.length }],
  });
  if (!split.ok) return split;
  const master = secrets.master(seed);
  const publicKey = secrets.publicKey(master);
  secrets.wipe(master);
  const fingerprint = fingerprintOf(publicKey, context.hal.crypto);
  const sealed = sealAll(context, split.value, custodians, fingerprint);
  for (const share of split.value) secrets.wipe(share.value);
  if (!sealed.ok) return sealed;
  context.advance({ kind: "seed-made", expected: publicKey });
  return ok({ fingerprint, shares: sealed.value });
};

/** X25519 ignores the highest bit (RFC 7748), so a key with it set would be a second name. */
const isCanonical = (key: Uint8Array): boolean => (key.at(-1) ?? 0xff) < 0x80;

const isRepeated = (keys: readonly Uint8Array[]): boolean =>
  new Set(keys.map((key) => key.join())).size !== keys.length;

const generateSeed: Handlers["generateSeed"] = async (context, { custodians, threshold }) => {
  const { hal, ask, device } = context;
  if (!hal.identity.insecure) return fail("only_insecure");
  if (threshold < 2 || threshold > custodians.length) return fail("threshold_invalid");
  const odd = custodians.findIndex((key) => !isCanonical(key));
  if (odd !== -1) return fail("custodian_invalid", { custodian: odd });
  if (isRepeated(custodians)) return fail("custodian_repeated");
  const consent = await ask({
    kind: "message",
    lines: ["Make a new seed?", `${threshold} of ${custodians.length} custodians`],
  });
  if (!consent.ok) return consent;
  if (device().phase !== "sealed") return fail("wrong_phase");
  const seed = hal.secrets.generateSeed(new Uint8Array(0));
  if (!seed.ok) return seed;
  const reply = shareOut(context, seed.value, custodians, threshold);
  hal.secrets.wipe(seed.value);
  return reply;
};

/** What a quote says of the manifest that was offered, and of the key that is asked for. */
const offerOf = (
  lineage: Lineage | undefined,
  keyId: string | undefined,
  deviceName: string,
): Outcome<
  { readonly manifest?: Uint8Array; readonly version?: number; readonly keyId?: string },
  "manifest_missing" | "key_unknown" | "device_unlisted"
> => {
  if (keyId === undefined) return ok({});
  if (lineage === undefined) return fail("manifest_missing");
  const key = keyOf(lineage, keyId, deviceName);
  if (!key.ok) return key;
  return ok({ manifest: lineage.hash, version: lineage.newest.version, keyId });
};

/**
 * The words of a genesis stay until version 1 is offered: whoever asked for a quote before that
 * would take them from the people who have to type them, and nothing shows them again.
 */
const mayReplaceWords = (now: Extract<Device, { phase: "sealed" | "provisioning" }>): boolean => {
  const genesis = now.phase === "provisioning" ? now.genesis : undefined;
  if (genesis === undefined) return true;
  const { lineage } = now;
  return lineage !== undefined && lineage.newest.version > 0 && isSame(lineage.genesis, genesis);
};

/** A quote is given once its words are on the display. */
const getQuote: Handlers["getQuote"] = async (context, { nonce, keyId }) => {
  const { hal, device, bootId, uptimeMs, quotes } = context;
  const now = device();
  if (now.phase !== "sealed" && now.phase !== "provisioning") return fail("wrong_phase");
  const offer = offerOf(now.lineage, keyId, hal.identity.name);
  if (!offer.ok) return offer;
  if (!mayReplaceWords(now)) return fail("manifest_missing");
  const wanted = { nonce: nonce ?? new Uint8Array(0), ...offer.value };
  const request = [wanted.nonce, wanted.manifest ?? "", wanted.keyId ?? ""].join("/");
  const given = await quotes.give(request, () => ({
    untilMs: hal.clock.nowMs() + LIMITS.quoteLifeMs,
    quote: encodeAs(QUOTE, {
      device: hal.identity.name,
      bootId,
      firmwareDigest: hal.identity.firmwareDigest,
      bootKey: now.boot.publicKey,
      notAfterMs: Math.ceil(uptimeMs()) + LIMITS.quoteLifeMs,
      ...wanted,
    }),
  }));
  if (!given.ok) return given;
  const { quote, untilMs } = given.value;
  const after = device().phase;
  if (after !== "sealed" && after !== "provisioning") return fail("wrong_phase");
  return ok({ quote, lifeMs: Math.max(0, Math.floor(untilMs - hal.clock.nowMs())) });
};

/** Wiping comes first, talking after. */
const seal: Handlers["seal"] = ({ advance }) => {
  advance({ kind: "ended", reason: "seal" });
  return ok({});
};

/** Handlers of protocol/commands/custody.ts. */
export const custodyHandlers: Pick<
  Handlers,
  "generateSeed" | "getQuote" | "submitShares" | "seal" | "offerManifest" | "makeKey"
> = { generateSeed, getQuote, submitShares, seal, offerManifest, makeKey };
