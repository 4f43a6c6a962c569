/** Sealed shares as files: JSON with base64. They hold no secret in clear and may be mailed. */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  SEALED_SHARE,
  type SealedShare,
  SHARE_CONTEXT,
  type ShareContext,
} from "../../protocol/share.ts";

const KIND = "mayfly-sealed-share-1";

/** A sealed share and what its context says. */
export interface ShareFile {
  readonly sealed: SealedShare;
  readonly context: ShareContext;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Strict: Buffer skips what is no base64, so only what encodes to the same text is taken. */
const decode = (value: unknown): Uint8Array | undefined => {
  if (typeof value !== "string") return undefined;
  const bytes = Uint8Array.from(Buffer.from(value, "base64"));
  return encode(bytes) === value ? bytes : undefined;
};

/** The content of a share file. `expires` (ISO 8601) is for people; the device knows for itself. */
export const formatShareFile = (sealed: SealedShare, expires?: string): string => {
  const context = decodeAs(SHARE_CONTEXT, sealed.context);
  const content = {
    kind: KIND,
    purpose: context?.purpose,
    device: context?.device,
    member: context?.header.memberIndex,
    ...(expires === undefined ? {} : { expires }),
    context: encode(sealed.context),
    encapsulated: encode(sealed.encapsulated),
    ciphertext: encode(sealed.ciphertext),
    ...(sealed.signature === undefined ? {} : { signature: encode(sealed.signature) }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: not a share
  }
};

const memberOf = (value: object, name: string): unknown => Reflect.get(value, name);

/** Whether the fields that people read say what the share's authenticated context says. */
const areLabelsTrue = (value: object, { purpose, device, header }: ShareContext): boolean =>
  memberOf(value, "purpose") === purpose &&
  memberOf(value, "device") === device &&
  memberOf(value, "member") === header.memberIndex;

/** Reads a share file. `share_malformed` also where a label in clear differs from the context. */
export const parseShareFile = (text: string): Outcome<ShareFile, "share_malformed"> => {
  const value = readJson(text);
  if (typeof value !== "object" || value === null) return fail("share_malformed");
  if (memberOf(value, "kind") !== KIND) return fail("share_malformed");
  const sealed = {
    context: decode(memberOf(value, "context")),
    encapsulated: decode(memberOf(value, "encapsulated")),
    ciphertext: decode(memberOf(value, "ciphertext")),
    // Absent or a signature: anything else that stands there is refused below.
    ...(Object.hasOwn(value, "signature")
      ? { signature: decode(memberOf(value, "signature")) }
      : {}),
  };
  if (!SEALED_SHARE.check(sealed)) return fail("share_malformed");
  const context = decodeAs(SHARE_CONTEXT, sealed.context);
  return context !== undefined && areLabelsTrue(value, context)
    ? ok({ sealed, context })
    : fail("share_malformed");
};
