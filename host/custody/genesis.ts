/**
 * What a device returned of a genesis, held against what it was asked for. The shares are sealed:
 * only their contexts can be read here, and a device that lies in those has made no seed for us.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { type SealedShare, SHARE_CONTEXT, type ShareContext } from "../../protocol/share.ts";

/** What a genesis was asked for, and of whom. */
export interface GenesisRequest {
  /** The device's name. */
  readonly device: string;
  /** The boot that was asked: 16 bytes. */
  readonly bootId: Uint8Array;
  /** Wrapping keys, 32 bytes each; share i is for custodian i. */
  readonly custodians: readonly Uint8Array[];
  readonly threshold: number;
}

/** What the device answered. */
export interface GenesisReply {
  /** Of the seed's master key: 4 bytes. */
  readonly fingerprint: Uint8Array;
  readonly shares: readonly SealedShare[];
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

/** Why a share is not the one that custodian was to get; `undefined` where it is. */
const addressProblem = (
  context: ShareContext,
  custodian: Uint8Array,
  { device, bootId }: GenesisRequest,
): string | undefined => {
  if (context.purpose !== "custodian") return "purpose";
  if (context.device !== device) return "device";
  if (!isSame(context.bootId, bootId)) return "boot";
  if (!isSame(context.custodian, custodian)) return "custodian";
  return isSame(context.recipient, custodian) ? undefined : "recipient";
};

/** Why a share does not belong to this split of this seed; `undefined` where it does. */
const splitProblem = (
  { header, fingerprint }: ShareContext,
  threshold: number,
  reply: GenesisReply,
  first: ShareContext,
): string | undefined => {
  if (!isSame(fingerprint, reply.fingerprint)) return "fingerprint";
  if (header.memberThreshold !== threshold) return "threshold";
  if (header.groupIndex !== 0 || header.groupThreshold !== 1 || header.groupCount !== 1) {
    return "group";
  }
  const isOneSplit =
    header.identifier === first.header.identifier &&
    header.extendable === first.header.extendable &&
    header.iterationExponent === first.header.iterationExponent;
  return isOneSplit ? undefined : "identifier";
};

/**
 * The contexts of a genesis's shares, in the custodians' order. `malformed_reply` unless there is
 * one share for each custodian, each made by that device in that boot, sealed to its custodian,
 * and all of one split of one seed with the threshold that was asked for (SLIP-39, one group, no
 * member twice). Details carry `why`, and `share` (counted from 1) where one share is at fault.
 */
export const checkGenesis = (
  request: GenesisRequest,
  reply: GenesisReply,
): Outcome<readonly ShareContext[], "malformed_reply"> => {
  const { custodians, threshold } = request;
  if (reply.shares.length !== custodians.length) {
    return fail("malformed_reply", { shares: reply.shares.length, custodians: custodians.length });
  }
  const contexts: ShareContext[] = [];
  for (const [i, custodian] of custodians.entries()) {
    const context = decodeAs(SHARE_CONTEXT, reply.shares[i]?.context ?? new Uint8Array(0));
    if (context === undefined) return fail("malformed_reply", { share: i + 1, why: "context" });
    const why =
      addressProblem(context, custodian, request) ??
      splitProblem(context, threshold, reply, contexts[0] ?? context);
    if (why !== undefined) return fail("malformed_reply", { share: i + 1, why });
    contexts.push(context);
  }
  const members = new Set(contexts.map(({ header }) => header.memberIndex));
  return members.size === contexts.length
    ? ok(contexts)
    : fail("malformed_reply", { why: "a member stands twice" });
};
