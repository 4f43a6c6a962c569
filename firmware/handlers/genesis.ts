/**
 * Genesis under a draft (CUSTODY, section 3): the device makes the seed of one key, splits it as
 * the draft says, seals each share to its custodian, and says what version 1 must hold of it.
 */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { MadeKey, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { GENESIS_REPORT } from "../../protocol/manifest/report.ts";
import {
  commitmentBytes,
  SHARE_CONTEXT,
  SHARE_INFO,
  type SealedShare,
} from "../../protocol/share.ts";
import { fingerprintOf, isSame } from "../bitcoin/index.ts";
import { keyOf } from "../custody/admission.ts";
import { planOf, type Seat, seatsOf } from "../custody/roster-seat.ts";
import { seedValues } from "../custody/seed-values.ts";
import type { BootKey } from "../device.ts";
import type { Context, Handlers } from "../dispatch.ts";
import type { Handle, Screen, Share } from "../hal.ts";
import type { Lineage } from "../manifest/lineage.ts";

/** A draft, the key that is made under it, and the seed's fingerprint. */
interface Origin {
  readonly lineage: Lineage;
  readonly key: ManifestKey;
  readonly fingerprint: Uint8Array;
}

/** The draft that was offered, and its key for this device. */
const draftOf = (
  { device, hal }: Context,
  keyId: string,
): Outcome<
  Omit<Origin, "fingerprint">,
  | "manifest_missing"
  | "key_unknown"
  | "device_unlisted"
  | "firmware_not_listed"
  | "threshold_invalid"
> => {
  const now = device();
  const lineage = now.phase === "sealed" ? now.lineage : undefined;
  if (lineage === undefined || lineage.newest.version !== 0) return fail("manifest_missing");
  const key = keyOf(lineage, keyId, hal.identity.name);
  if (!key.ok) return key;
  // A group that one person can satisfy is no secret shared (CUSTODY, section 3).
  if (key.value.groups.some(({ threshold }) => threshold < 2)) return fail("threshold_invalid");
  const { firmwareDigest } = hal.identity;
  return lineage.newest.firmware.some((digest) => isSame(digest, firmwareDigest))
    ? ok({ lineage, key: key.value })
    : fail("firmware_not_listed");
};

/** 64 hex digits in lines that people compare. */
const hashLines = (hash: Uint8Array): readonly string[] => {
  const digits = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return Array.from({ length: 4 }, (_, i) => digits.slice(16 * i, 16 * i + 16));
};

const screenOf = ({ lineage, key }: Omit<Origin, "fingerprint">): Screen => {
  const { name, network } = lineage.newest;
  const groups = key.groups.map(
    (group) => `${group.name}: ${group.threshold} of ${group.members.join(", ")}`,
  );
  const head = [`Make key ${key.id}?`, `${name}, ${network}`];
  const all = [`${key.groupThreshold} of ${key.groups.length} groups`, ...groups];
  return { kind: "manifest", lines: [...head, ...all, "draft", ...hashLines(lineage.hash)] };
};

const sealShare = (
  { hal, bootId }: Context,
  { value, header }: Share,
  { person }: Seat,
  { lineage, key, fingerprint }: Origin,
): Outcome<SealedShare, "rng_failed" | "custodian_invalid"> => {
  const context = encodeAs(SHARE_CONTEXT, {
    purpose: "custodian",
    device: hal.identity.name,
    fingerprint,
    header,
    custodian: person.wrappingKey,
    recipient: person.wrappingKey,
    bootId,
    notAfterMs: 0,
    keyId: key.id,
    genesis: lineage.genesis,
  });
  const how = { info: SHARE_INFO, associatedData: context };
  const sealed = hal.secrets.seal(value, person.wrappingKey, how);
  return sealed.ok ? ok({ context, ...sealed.value }) : sealed;
};

const sealAll = (
  context: Context,
  shares: readonly Share[],
  origin: Origin,
): Outcome<readonly SealedShare[], "rng_failed" | "custodian_invalid"> => {
  const seats = seatsOf(origin.lineage.newest, origin.key);
  const sealed: SealedShare[] = [];
  for (const [i, share] of shares.entries()) {
    const seat = seats[i];
    if (seat === undefined) return fail("custodian_invalid", { custodian: i });
    const one = sealShare(context, share, seat, origin);
    if (!one.ok) return fail(one.error, { custodian: i });
    sealed.push(one.value);
  }
  return ok(sealed);
};

/** Splits and seals; the seed stays its caller's, every other handle is wiped. */
const shareOut = (
  context: Context,
  draft: Omit<Origin, "fingerprint">,
  seed: Handle<"seed">,
): Outcome<
  { readonly made: MadeKey; readonly shares: readonly SealedShare[] },
  "rng_failed" | "custodian_invalid" | "threshold_invalid"
> => {
  const { secrets, crypto } = context.hal;
  const values = seedValues(context.hal, context.network, seed, draft.lineage.genesis);
  const origin = { ...draft, fingerprint: fingerprintOf(values.publicKey, crypto) };
  const shares = secrets.split(seed, planOf(draft.key));
  if (!shares.ok) return shares;
  const commitments = shares.value.map(({ header, value }) =>
    secrets.mac(value, commitmentBytes(draft.key.id, header)),
  );
  const sealed = sealAll(context, shares.value, origin);
  for (const { value } of shares.value) secrets.wipe(value);
  if (!sealed.ok) return sealed;
  return ok({ made: { ...values, commitments }, shares: sealed.value });
};

/** What the people are to hear of it, as words and in version 1. */
const reportOf = (
  { hal, bootId }: Context,
  boot: BootKey,
  { lineage, key }: Omit<Origin, "fingerprint">,
  made: MadeKey,
): Uint8Array =>
  encodeAs(GENESIS_REPORT, {
    device: hal.identity.name,
    genesis: lineage.genesis,
    keyId: key.id,
    bootId,
    bootKey: boot.publicKey,
    made,
  });

/** Makes the seed of a key; what is asked for must still be offered when the person says yes. */
export const makeKey: Handlers["makeKey"] = async (context, { keyId, entropy }) => {
  const draft = draftOf(context, keyId);
  if (!draft.ok) return draft;
  const consent = await context.ask(screenOf(draft.value));
  if (!consent.ok) return consent;
  const now = context.device();
  if (now.phase !== "sealed" || now.lineage !== draft.value.lineage) return fail("wrong_phase");
  const { secrets } = context.hal;
  const seed = secrets.generateSeed(entropy ?? new Uint8Array(0));
  if (!seed.ok) return seed;
  const shared = shareOut(context, draft.value, seed.value);
  secrets.wipe(seed.value);
  if (!shared.ok) return shared;
  const { made, shares } = shared.value;
  context.advance({ kind: "key-made", made, genesis: now.lineage.genesis });
  const report = reportOf(context, now.boot, draft.value, made);
  await context.quotes.report(report);
  return ok({ report, shares });
};
