/** Wycheproof: what `Crypto` and the portable functions make of crafted inputs. */
import { describe, expect, test } from "bun:test";
import type { Crypto } from "../../firmware/hal.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { agreeOn } from "../../hardware/secrets/portable/agreement.ts";
import { expand, extract } from "../../hardware/secrets/portable/hkdf.ts";
import { compactOf } from "./oracles/der.ts";
import { ENGINES } from "./oracles/engines.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  readWycheproof,
  type WycheproofCase,
} from "./oracles/vectors.ts";

const crypto = createCrypto();

/** Runs a file: `answer` says what we make of a case, and `wanted` what is right. */
const wycheproof = (
  file: string,
  least: number,
  answer: (one: WycheproofCase) => string | boolean | undefined,
  wanted: (one: WycheproofCase) => string | boolean | undefined,
  claim: string = file,
): void => {
  test.skipIf(hasNoVectors)(`${claim} (needs MAYFLY_VECTORS)`, async () => {
    const cases = await readWycheproof(file);
    const wrong = cases.filter((one) => answer(one) !== wanted(one)).map((one) => one.label);
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(least);
  });
};

const isValid = ({ result }: WycheproofCase): boolean => result === "valid";

const openAes = ({ entry }: WycheproofCase): string | undefined => {
  const sealed = Buffer.concat([bytesField(entry, "ct"), bytesField(entry, "tag")]);
  const [key, nonce] = [bytesField(entry, "key"), bytesField(entry, "iv")];
  const opened = crypto.aesGcmOpen(key, nonce, sealed, bytesField(entry, "aad"));
  return opened?.toHex();
};

/** AES-256-GCM with 12-byte nonces is what we have; the rest of the file we must refuse. */
const isOurs = ({ group }: WycheproofCase): boolean =>
  field(group, "keySize") === 256 && field(group, "ivSize") === 96;

const sealAes = (one: WycheproofCase): string | undefined => {
  if (!isOurs(one) || !isValid(one)) return undefined;
  const [key, nonce] = [bytesField(one.entry, "key"), bytesField(one.entry, "iv")];
  const [plain, data] = [bytesField(one.entry, "msg"), bytesField(one.entry, "aad")];
  return crypto.aesGcmSeal(key, nonce, plain, data).toHex();
};

const sealedAes = (one: WycheproofCase): string | undefined =>
  isOurs(one) && isValid(one)
    ? bytesField(one.entry, "ct").toHex() + bytesField(one.entry, "tag").toHex()
    : undefined;

const verifyEcdsa = (own: Crypto, { group, entry }: WycheproofCase): boolean => {
  const compact = compactOf(bytesField(entry, "sig"));
  const digest = crypto.sha256().update(bytesField(entry, "msg")).digest();
  const publicKey = bytesField(field(group, "publicKey"), "uncompressed");
  return compact !== undefined && own.verifyEcdsa(compact, digest, publicKey);
};

const expandHkdf = (one: WycheproofCase): string | undefined => {
  const size = Number(field(one.entry, "size"));
  const key = extract(bytesField(one.entry, "salt"), bytesField(one.entry, "ikm"));
  try {
    return expand(key, bytesField(one.entry, "info"), size).toHex();
  } catch {
    return undefined;
  }
};

describe("Wycheproof", () => {
  wycheproof("aes_gcm", 300, openAes, (one) =>
    isOurs(one) && isValid(one) ? bytesField(one.entry, "msg").toHex() : undefined,
  );
  wycheproof("aes_gcm", 300, sealAes, sealedAes, "aes_gcm, sealing");
  wycheproof(
    "ed25519",
    150,
    ({ group, entry }) =>
      crypto.verifyEd25519(
        bytesField(entry, "sig"),
        bytesField(entry, "msg"),
        bytesField(field(group, "publicKey"), "pk"),
      ),
    isValid,
  );
  for (const engine of ENGINES) {
    const own = createCrypto(engine);
    const file = "ecdsa_secp256k1_sha256_bitcoin";
    wycheproof(file, 460, (one) => verifyEcdsa(own, one), isValid, `${file}, ${engine}`);
  }
  wycheproof("hkdf_sha256", 80, expandHkdf, (one) =>
    isValid(one) ? bytesField(one.entry, "okm").toHex() : undefined,
  );
  wycheproof(
    "x25519",
    500,
    ({ entry }) => agreeOn(bytesField(entry, "private"), bytesField(entry, "public"))?.toHex(),
    ({ entry }) => {
      const shared = bytesField(entry, "shared");
      return shared.every((byte) => byte === 0) ? undefined : shared.toHex();
    },
  );
});
