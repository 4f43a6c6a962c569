/**
 * Every form in which a known secret may lie in another process's memory. Not the masked or
 * shared ones: what only chance bytes make whole again is no copy.
 */
import { byteOrders, hmacPads, wordsAfterByte } from "./byte-orders.ts";
import { type Image, windowsOf } from "./image.ts";
import { clampKey, curve25519Limbs, invert, isScalar, negate, secp256k1Limbs } from "./limbs.ts";
import { textForms } from "./text-forms.ts";

/** What a secret is: keys, tweaks and nonces are scalars of secp256k1, agreements are X25519's. */
export type SecretKindName =
  | "seed"
  | "share"
  | "key"
  | "tweak"
  | "chain code"
  | "nonce"
  | "agreement"
  | "symmetric"
  | "intermediate"
  /** No secret: something that must be found, or the search is broken. */
  | "control";

/** A secret that is looked for. */
export interface NamedSecret {
  readonly name: string;
  readonly kind: SecretKindName;
  /** At least 8; numbers are big-endian, but X25519's little-endian. */
  readonly bytes: Uint8Array;
}

/** A secret in one form. */
export interface Form extends Image {
  readonly secret: NamedSecret;
  /** `name/form`. */
  readonly label: string;
  /** Where in the image the windows begin that are looked for. */
  readonly windows: readonly number[];
}

const keyForms = (scalar: Uint8Array): readonly Image[] => {
  const negated = negate(scalar);
  return [
    ...secp256k1Limbs(scalar),
    ...byteOrders(negated, "negated "),
    ...secp256k1Limbs(negated, "negated "),
  ];
};

/** ECDSA divides by its nonce: the inverse tells as much. */
const nonceForms = (scalar: Uint8Array): readonly Image[] => {
  const inverse = invert(scalar);
  return [
    ...keyForms(scalar),
    ...byteOrders(inverse, "inverse "),
    ...secp256k1Limbs(inverse, "inverse "),
  ];
};

const agreementForms = (bytes: Uint8Array): readonly Image[] => {
  const clamped = clampKey(bytes);
  return [
    ...curve25519Limbs(bytes),
    ...byteOrders(clamped, "clamped "),
    ...curve25519Limbs(clamped, "clamped "),
  ];
};

const numberForms = ({ kind, bytes }: NamedSecret): readonly Image[] => {
  switch (kind) {
    case "key":
      return isScalar(bytes) ? keyForms(bytes) : [];
    case "tweak":
      return isScalar(bytes) ? secp256k1Limbs(bytes) : [];
    case "nonce":
      return isScalar(bytes) ? nonceForms(bytes) : [];
    case "agreement":
      return bytes.length === 32 ? agreementForms(bytes) : [];
    case "seed":
    case "share":
    case "chain code":
    case "symmetric":
    case "intermediate":
    case "control":
      return [];
  }
};

/** Nonces and tweaks are what an HMAC gives, and no HMAC's key: there are many of them. */
const padForms = ({ kind, bytes }: NamedSecret): readonly Image[] =>
  kind === "nonce" || kind === "tweak" ? [] : hmacPads(bytes);

/** Without images that are an earlier one's bytes, such as upper-case digits without letters. */
const differing = (images: readonly Image[]): readonly Image[] => {
  const seen = new Set<string>();
  return images.filter(({ bytes }) => {
    const isNew = !seen.has(bytes.toHex());
    seen.add(bytes.toHex());
    return isNew;
  });
};

/** All forms of a secret; throws where it has no window that chance would not make too. */
export const formsOf = (secret: NamedSecret): readonly Form[] => {
  const { name, bytes } = secret;
  const images = differing([
    ...byteOrders(bytes),
    ...wordsAfterByte(bytes),
    ...numberForms(secret),
    ...textForms(bytes),
    ...padForms(secret),
  ]);
  const forms = images.map((image) => ({
    ...image,
    secret,
    label: `${name}/${image.form}`,
    windows: windowsOf(image),
  }));
  if (forms[0]?.windows.length === 0) {
    throw new Error(`${name} is too short or too plain to be told from chance in memory`);
  }
  return forms.filter(({ windows }) => windows.length > 0);
};
