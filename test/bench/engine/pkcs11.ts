/**
 * As much of PKCS #11 v2.40 as one signature needs, over bun:ffi on LP64: a `CK_ULONG` is 8 bytes
 * and nothing is packed. Structures are arrays that live as long as the call that reads them.
 */
import { dlopen, linkSymbols, ptr, read } from "bun:ffi";
import { addressOf } from "../../../hardware/secrets/native/address.ts";

const WORD = 8;
/** `CK_VERSION`, 2 bytes, and what aligns the first function after it. */
const LIST_HEAD = 8;

/** Places in `CK_FUNCTION_LIST`, in the order of pkcs11f.h. */
const PLACES = {
  initialize: 0,
  getSlotList: 4,
  initToken: 9,
  initPin: 10,
  openSession: 12,
  login: 18,
  logout: 19,
  getAttributeValue: 24,
  signInit: 42,
  sign: 43,
  generateKeyPair: 59,
} as const;

/** What is called of a PKCS #11 library. */
export type Pkcs11 = ReturnType<typeof link>;

const link = (list: number) => {
  const at = (place: number): bigint => BigInt(read.ptr(addressOf(list), LIST_HEAD + WORD * place));
  return linkSymbols({
    initialize: { ptr: at(PLACES.initialize), args: ["ptr"], returns: "u64" },
    getSlotList: { ptr: at(PLACES.getSlotList), args: ["u8", "ptr", "ptr"], returns: "u64" },
    initToken: { ptr: at(PLACES.initToken), args: ["u64", "ptr", "u64", "ptr"], returns: "u64" },
    initPin: { ptr: at(PLACES.initPin), args: ["u64", "ptr", "u64"], returns: "u64" },
    openSession: {
      ptr: at(PLACES.openSession),
      args: ["u64", "u64", "ptr", "ptr", "ptr"],
      returns: "u64",
    },
    login: { ptr: at(PLACES.login), args: ["u64", "u64", "ptr", "u64"], returns: "u64" },
    logout: { ptr: at(PLACES.logout), args: ["u64"], returns: "u64" },
    getAttributeValue: {
      ptr: at(PLACES.getAttributeValue),
      args: ["u64", "u64", "ptr", "u64"],
      returns: "u64",
    },
    signInit: { ptr: at(PLACES.signInit), args: ["u64", "ptr", "u64"], returns: "u64" },
    sign: { ptr: at(PLACES.sign), args: ["u64", "ptr", "u64", "ptr", "ptr"], returns: "u64" },
    generateKeyPair: {
      ptr: at(PLACES.generateKeyPair),
      args: ["u64", "ptr", "ptr", "u64", "ptr", "u64", "ptr", "ptr"],
      returns: "u64",
    },
  }).symbols;
};

/** Throws a call's name where it did not say `CKR_OK`. */
export const demandOk = (call: string, result: bigint): void => {
  if (result !== 0n) throw new Error(`PKCS #11 ${call} gave 0x${result.toString(16)}`);
};

/** The functions of a library; `undefined` where there is no such library. */
export const openPkcs11 = (path: string): Pkcs11 | undefined => {
  const list = new BigUint64Array(1);
  try {
    const { symbols } = dlopen(path, { C_GetFunctionList: { args: ["ptr"], returns: "u64" } });
    demandOk("C_GetFunctionList", symbols.C_GetFunctionList(list));
  } catch {
    return undefined;
  }
  return link(Number(list[0]));
};

/** An attribute's type and its value. */
export type Attribute = readonly [number, Uint8Array];

/** An array of `CK_ATTRIBUTE`. */
export interface Template {
  readonly words: BigUint64Array;
  readonly count: number;
}

/** What templates point at: nothing else refers to it while a call reads it. */
const alive: Uint8Array[] = [];

/** A template of some attributes; their values are kept until the process ends. */
export const templateOf = (attributes: readonly Attribute[]): Template => {
  alive.push(...attributes.map(([, value]) => value));
  const words = attributes.flatMap(([type, value]) => [type, ptr(value), value.length]);
  return { words: BigUint64Array.from(words.map(BigInt)), count: attributes.length };
};

/** A `CK_MECHANISM` without a parameter. */
export const mechanismOf = (type: number): BigUint64Array =>
  BigUint64Array.of(BigInt(type), 0n, 0n);

/** CK_TRUE as an attribute's value. */
export const yes = (): Uint8Array => Uint8Array.of(1);
