/**
 * SoftHSM2's ECDSA on secp256k1 through PKCS #11: a new token, a key pair made on it (private and
 * sensitive, as keys are there), one login, and for each signature `C_SignInit` and `C_Sign`.
 * `SOFTHSM2_CONF` says where its tokens are; the library asks the C environment for it, so it is
 * set for the process before it starts.
 */
import { curve as noble } from "../../../hardware/secrets/curve.ts";
import { type Case, createDigests, DIGEST_BYTES, demand } from "./case.ts";
import { demandOk, mechanismOf, openPkcs11, type Pkcs11, templateOf, yes } from "./pkcs11.ts";

/** Where Debian, Fedora, a build of one's own and the loader have it. */
const PLACES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "libsofthsm2.so",
];

const utf8 = new TextEncoder();
/** Not secrets: PINs of a token that lives as long as a bench. */
const SO_PIN = utf8.encode("12345678");
const USER_PIN = utf8.encode("1234");
const LABEL = utf8.encode("mayfly bench".padEnd(32));

/** CKF_SERIAL_SESSION | CKF_RW_SESSION. */
const SESSION_FLAGS = 6;
const CKU = { so: 0, user: 1 } as const;
const CKA = {
  token: 0x001,
  private: 0x002,
  sensitive: 0x103,
  sign: 0x108,
  verify: 0x10a,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const;
const CKM = { generateEcKeyPair: 0x1040, ecdsa: 0x1041 } as const;
/** DER of the object identifier 1.3.132.0.10, secp256k1. */
const SECP256K1 = Uint8Array.fromHex("06052b8104000a");
const SIGNATURE_BYTES = 64;
/** An uncompressed point in a DER octet string. */
const POINT_BYTES = 67;
const POINT_AT = 2;

const openSession = (hsm: Pkcs11): bigint => {
  demandOk("C_Initialize", hsm.initialize(null));
  const [slots, count] = [new BigUint64Array(16), BigUint64Array.of(16n)];
  demandOk("C_GetSlotList", hsm.getSlotList(0, slots, count));
  const slot = slots[0] ?? 0n;
  demandOk("C_InitToken", hsm.initToken(slot, SO_PIN, SO_PIN.length, LABEL));
  const session = new BigUint64Array(1);
  demandOk("C_OpenSession", hsm.openSession(slot, SESSION_FLAGS, null, null, session));
  const handle = session[0] ?? 0n;
  demandOk("C_Login", hsm.login(handle, CKU.so, SO_PIN, SO_PIN.length));
  demandOk("C_InitPIN", hsm.initPin(handle, USER_PIN, USER_PIN.length));
  demandOk("C_Logout", hsm.logout(handle));
  demandOk("C_Login", hsm.login(handle, CKU.user, USER_PIN, USER_PIN.length));
  return handle;
};

const generate = (hsm: Pkcs11, session: bigint) => {
  const open = templateOf([
    [CKA.token, yes()],
    [CKA.ecParams, SECP256K1],
    [CKA.verify, yes()],
  ]);
  const secret = templateOf([
    [CKA.token, yes()],
    [CKA.private, yes()],
    [CKA.sensitive, yes()],
    [CKA.sign, yes()],
  ]);
  const [publicKey, privateKey] = [new BigUint64Array(1), new BigUint64Array(1)];
  const result = hsm.generateKeyPair(
    session,
    mechanismOf(CKM.generateEcKeyPair),
    open.words,
    open.count,
    secret.words,
    secret.count,
    publicKey,
    privateKey,
  );
  demandOk("C_GenerateKeyPair", result);
  return { publicKey: publicKey[0] ?? 0n, privateKey: privateKey[0] ?? 0n };
};

const pointOf = (hsm: Pkcs11, session: bigint, publicKey: bigint): Uint8Array => {
  const value = new Uint8Array(POINT_BYTES);
  const template = templateOf([[CKA.ecPoint, value]]);
  const result = hsm.getAttributeValue(session, publicKey, template.words, template.count);
  demandOk("C_GetAttributeValue", result);
  return value.subarray(POINT_AT);
};

/** SoftHSM2's case, its signature verified once by another's code; none where it is not here. */
export const softhsmCases = (): readonly Case[] => {
  const hsm = PLACES.values()
    .map(openPkcs11)
    .find((found) => found !== undefined);
  if (hsm === undefined) return [];
  const session = openSession(hsm);
  const { publicKey, privateKey } = generate(hsm, session);
  const mechanism = mechanismOf(CKM.ecdsa);
  const signature = new Uint8Array(SIGNATURE_BYTES);
  const length = new BigUint64Array(1);
  const sign = (digest: Uint8Array): void => {
    length[0] = BigInt(SIGNATURE_BYTES);
    demandOk("C_SignInit", hsm.signInit(session, mechanism, privateKey));
    demandOk("C_Sign", hsm.sign(session, digest, DIGEST_BYTES, signature, length));
  };
  const next = createDigests();
  const digest = next();
  sign(digest);
  const point = pointOf(hsm, session, publicKey);
  const holds = noble.verify(signature, digest, point, { prehash: false, lowS: false });
  demand("a verification of SoftHSM2's signature", Number(holds));
  return [{ title: "SoftHSM2: sign", step: () => sign(next()) }];
};
