/**
 * The three libraries that the native engine calls, found by soname; each is opened once in a
 * process, because two copies of the curve's library were seen to sign wrong beside each other.
 * Shapes after secp256k1.h, _extrakeys.h, _schnorrsig.h, OpenSSL 3.0's manual pages and glibc's.
 */
import { dlopen } from "bun:ffi";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";

/** libsecp256k1 0.2 has soname 1; each later change of its interface counts one up. */
const CURVE_SONAMES = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((version) => `libsecp256k1.so.${version}`);
const SSL_SONAMES = ["libcrypto.so.3"];
const LIBC_SONAMES = ["libc.so.6"];

const openCurve = (soname: string) =>
  dlopen(soname, {
    secp256k1_context_create: { args: ["u32"], returns: "ptr" },
    secp256k1_context_randomize: { args: ["ptr", "ptr"], returns: "i32" },
    secp256k1_ec_seckey_verify: { args: ["ptr", "ptr"], returns: "i32" },
    secp256k1_ec_seckey_tweak_add: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ec_pubkey_parse: { args: ["ptr", "ptr", "ptr", "u64"], returns: "i32" },
    secp256k1_ec_pubkey_tweak_add: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_xonly_pubkey_parse: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ec_pubkey_create: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ec_pubkey_serialize: { args: ["ptr", "ptr", "ptr", "ptr", "u32"], returns: "i32" },
    secp256k1_ecdsa_sign: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ecdsa_verify: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ecdsa_signature_parse_compact: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_ecdsa_signature_serialize_compact: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_keypair_create: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_keypair_xonly_tweak_add: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_schnorrsig_sign32: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    secp256k1_schnorrsig_verify: { args: ["ptr", "ptr", "ptr", "u64", "ptr"], returns: "i32" },
  }).symbols;

const openSsl = (soname: string) =>
  dlopen(soname, {
    OpenSSL_version: { args: ["i32"], returns: "cstring" },
    CRYPTO_secure_malloc_init: { args: ["u64", "u64"], returns: "i32" },
    CRYPTO_secure_malloc: { args: ["u64", "ptr", "i32"], returns: "ptr" },
    CRYPTO_secure_free: { args: ["ptr", "ptr", "i32"], returns: "void" },
    CRYPTO_memcmp: { args: ["ptr", "ptr", "u64"], returns: "i32" },
    HMAC: { args: ["ptr", "ptr", "i32", "ptr", "u64", "ptr", "ptr"], returns: "ptr" },
    EVP_sha256: { args: [], returns: "ptr" },
    EVP_sha512: { args: [], returns: "ptr" },
    EVP_aes_128_gcm: { args: [], returns: "ptr" },
    EVP_aes_256_gcm: { args: [], returns: "ptr" },
    EVP_KDF_fetch: { args: ["ptr", "ptr", "ptr"], returns: "ptr" },
    EVP_KDF_CTX_new: { args: ["ptr"], returns: "ptr" },
    EVP_KDF_CTX_set_params: { args: ["ptr", "ptr"], returns: "i32" },
    EVP_KDF_derive: { args: ["ptr", "ptr", "u64", "ptr"], returns: "i32" },
    EVP_PKEY_new_raw_private_key: { args: ["i32", "ptr", "ptr", "u64"], returns: "ptr" },
    EVP_PKEY_new_raw_public_key: { args: ["i32", "ptr", "ptr", "u64"], returns: "ptr" },
    EVP_PKEY_get_raw_public_key: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    EVP_PKEY_free: { args: ["ptr"], returns: "void" },
    EVP_PKEY_CTX_new: { args: ["ptr", "ptr"], returns: "ptr" },
    EVP_PKEY_CTX_free: { args: ["ptr"], returns: "void" },
    EVP_PKEY_derive_init: { args: ["ptr"], returns: "i32" },
    EVP_PKEY_derive_set_peer: { args: ["ptr", "ptr"], returns: "i32" },
    EVP_PKEY_derive: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    EVP_CIPHER_CTX_new: { args: [], returns: "ptr" },
    EVP_CIPHER_CTX_free: { args: ["ptr"], returns: "void" },
    EVP_CIPHER_CTX_ctrl: { args: ["ptr", "i32", "i32", "ptr"], returns: "i32" },
    EVP_CipherInit_ex: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "i32"], returns: "i32" },
    EVP_CipherUpdate: { args: ["ptr", "ptr", "ptr", "ptr", "i32"], returns: "i32" },
    EVP_CipherFinal_ex: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    BN_secure_new: { args: [], returns: "ptr" },
    BN_CTX_secure_new: { args: [], returns: "ptr" },
    BN_set_word: { args: ["ptr", "u64"], returns: "i32" },
    BN_bin2bn: { args: ["ptr", "i32", "ptr"], returns: "ptr" },
    BN_bn2binpad: { args: ["ptr", "ptr", "i32"], returns: "i32" },
    BN_GF2m_add: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    BN_GF2m_mod_mul_arr: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  }).symbols;

const openLibc = (soname: string) =>
  dlopen(soname, {
    mmap: { args: ["u64", "u64", "i32", "i32", "i32", "i64"], returns: "i64" },
    munmap: { args: ["ptr", "u64"], returns: "i32" },
    mprotect: { args: ["ptr", "u64", "i32"], returns: "i32" },
    mlock: { args: ["ptr", "u64"], returns: "i32" },
    madvise: { args: ["ptr", "u64", "i32"], returns: "i32" },
    syscall: { args: ["i64", "i64"], returns: "i64" },
    ftruncate: { args: ["i32", "i64"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    memcpy: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
    memmem: { args: ["ptr", "u64", "ptr", "u64"], returns: "ptr" },
    explicit_bzero: { args: ["ptr", "u64"], returns: "void" },
    getrandom: { args: ["ptr", "u64", "u32"], returns: "i64" },
    clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
    getcontext: { args: ["ptr"], returns: "i32" },
  }).symbols;

/** What is called of the curve's library. */
export type CurveLibrary = ReturnType<typeof openCurve>;
/** What is called of OpenSSL. */
export type SslLibrary = ReturnType<typeof openSsl>;
/** What is called of the C library. */
export type Libc = ReturnType<typeof openLibc>;

/** The libraries, and what they are called in status. */
export interface Libraries {
  readonly curve: CurveLibrary;
  readonly ssl: SslLibrary;
  readonly libc: Libc;
  /** Sonames and versions, at most 64 characters. */
  readonly names: string;
}

/** The first of several names that can be opened; a name that cannot be is not an error yet. */
const firstOf = <T>(
  sonames: readonly string[],
  open: (soname: string) => T,
): { readonly soname: string; readonly library: T } | undefined => {
  for (const soname of sonames) {
    try {
      return { soname, library: open(soname) };
    } catch {
      // not on this machine, or without a call that is needed: the next may do
    }
  }
  return undefined;
};

const VERSION_STRING = 0;

const openAll = (): Outcome<Libraries, "engine_missing"> => {
  const curve = firstOf(CURVE_SONAMES, openCurve);
  if (curve === undefined) return fail("engine_missing", { library: "libsecp256k1" });
  const ssl = firstOf(SSL_SONAMES, openSsl);
  if (ssl === undefined) return fail("engine_missing", { library: "libcrypto.so.3" });
  const libc = firstOf(LIBC_SONAMES, openLibc);
  if (libc === undefined) return fail("engine_missing", { library: "libc.so.6" });
  const said = ssl.library.OpenSSL_version(VERSION_STRING)?.toString() ?? "";
  const version = said.split(" ").slice(0, 2).join(" ");
  return ok({
    curve: curve.library,
    ssl: ssl.library,
    libc: libc.library,
    names: `${curve.soname}, ${version}`.slice(0, 64),
  });
};

let opened: ReturnType<typeof openAll> | undefined;

/** The libraries of this process; `engine_missing` names the first that is not here. */
export const openLibraries = (): Outcome<Libraries, "engine_missing"> => {
  opened ??= openAll();
  return opened;
};
