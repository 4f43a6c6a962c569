/**
 * What a device returned of a key made under a draft, held against what it was asked for. Only the
 * contexts of the shares can be read here; whether the values are good, each custodian's drill and
 * the first provisioning tell.
 */
import { isSame } from "../../protocol/bytes.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { GENESIS_REPORT, type GenesisReport } from "../../protocol/manifest/report.ts";
import { type SealedShare, SHARE_CONTEXT, type ShareContext } from "../../protocol/share.ts";

/** What was asked for, and of whom. */
export interface KeyRequest {
  readonly draft: Manifest;
  /** Hash of the draft, 32 bytes. */
  readonly genesis: Uint8Array;
  readonly keyId: string;
  /** The boot that was asked: 16 bytes. */
  readonly bootId: Uint8Array;
}

/** A share for one custodian. */
export interface NamedShare {
  /** The custodian's name in the manifest. */
  readonly name: string;
  readonly sealed: SealedShare;
}

/** A key that was made as it was asked for. */
export interface MadeReply {
  readonly report: GenesisReport;
  readonly shares: readonly NamedShare[];
}

/** Who holds which share of a key. */
export interface Seat {
  readonly name: string;
  readonly wrappingKey: Uint8Array;
  readonly groupIndex: number;
  readonly memberIndex: number;
}

/** All seats of a key, in the order of its shares. */
export const seatsOf = (
  { people }: Pick<Manifest, "people">,
  { groups }: ManifestKey,
): readonly Seat[] =>
  groups.flatMap(({ members }, groupIndex) =>
    members.flatMap((name, memberIndex) => {
      const person = people.find((one) => one.name === name);
      const wrappingKey = person?.wrappingKey;
      return wrappingKey === undefined ? [] : [{ name, wrappingKey, groupIndex, memberIndex }];
    }),
  );

const shareProblem = (
  { header, ...context }: ShareContext,
  seat: Seat,
  key: ManifestKey,
  { genesis, bootId }: KeyRequest,
): string | undefined => {
  const group = key.groups[seat.groupIndex];
  if (context.purpose !== "custodian" || context.device !== key.device) return "device";
  if (!isSame(context.bootId, bootId)) return "boot";
  if (context.keyId !== key.id) return "key";
  if (context.genesis === undefined || !isSame(context.genesis, genesis)) return "genesis";
  if (!isSame(context.custodian, seat.wrappingKey)) return "custodian";
  if (!isSame(context.recipient, seat.wrappingKey)) return "recipient";
  const isOfPlan =
    header.groupIndex === seat.groupIndex &&
    header.memberIndex === seat.memberIndex &&
    header.memberThreshold === group?.threshold &&
    header.groupThreshold === key.groupThreshold &&
    header.groupCount === key.groups.length;
  return isOfPlan ? undefined : "place";
};

const readReport = (
  bytes: Uint8Array,
  key: ManifestKey,
  { genesis, bootId }: KeyRequest,
): GenesisReport | undefined => {
  const report = decodeAs(GENESIS_REPORT, bytes);
  const isRight =
    report !== undefined &&
    report.keyId === key.id &&
    report.device === key.device &&
    isSame(report.genesis, genesis) &&
    isSame(report.bootId, bootId);
  return isRight ? report : undefined;
};

const readShare = (
  sealed: SealedShare | undefined,
  seat: Seat,
  key: ManifestKey,
  request: KeyRequest,
): Outcome<NamedShare, "malformed_reply"> => {
  const context = sealed && decodeAs(SHARE_CONTEXT, sealed.context);
  if (sealed === undefined || context === undefined)
    return fail("malformed_reply", { why: "context" });
  const why = shareProblem(context, seat, key, request);
  return why === undefined ? ok({ name: seat.name, sealed }) : fail("malformed_reply", { why });
};

/** The report and a share for each seat; `malformed_reply` where anything is not as asked for. */
export const checkMadeKey = (
  request: KeyRequest,
  reply: { readonly report: Uint8Array; readonly shares: readonly SealedShare[] },
): Outcome<MadeReply, "malformed_reply" | "key_unknown"> => {
  const key = request.draft.keys.find(({ id }) => id === request.keyId);
  if (key === undefined) return fail("key_unknown");
  const report = readReport(reply.report, key, request);
  if (report === undefined) return fail("malformed_reply", { why: "report" });
  const seats = seatsOf(request.draft, key);
  const isCounted = reply.shares.length === seats.length;
  if (!isCounted || report.made.commitments.length !== seats.length) {
    return fail("malformed_reply", { shares: reply.shares.length, custodians: seats.length });
  }
  const shares: NamedShare[] = [];
  for (const [i, seat] of seats.entries()) {
    const share = readShare(reply.shares[i], seat, key, request);
    if (!share.ok) return fail(share.error, { share: i + 1, ...share.details });
    shares.push(share.value);
  }
  return ok({ report, shares });
};
