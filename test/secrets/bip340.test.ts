/** BIP-340 vectors: the portable engine's signing, and verification by `Crypto` of each engine. */
import { describe, expect, test } from "bun:test";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { signSchnorr } from "../../hardware/secrets/portable/signing.ts";
import { ENGINES } from "./oracles/engines.ts";
import { hasNoVectors, readVectorText } from "./oracles/vectors.ts";

interface Vector {
  readonly index: string;
  /** Empty where the vector is for verifying only. */
  readonly secretKey: string;
  readonly publicKey: string;
  readonly auxiliary: string;
  readonly message: string;
  readonly signature: string;
  readonly isValid: boolean;
}

const vectorOf = (line: string): Vector => {
  const [index = "", secretKey = "", publicKey = "", auxiliary = "", message = "", ...rest] =
    line.split(",");
  const [signature = "", verdict = ""] = rest;
  return {
    index,
    secretKey,
    publicKey,
    auxiliary,
    message,
    signature,
    isValid: verdict === "TRUE",
  };
};

/** Vectors 0, 1 and 6 of the published table. */
const SHORT = [
  "0,0000000000000000000000000000000000000000000000000000000000000003,F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9,0000000000000000000000000000000000000000000000000000000000000000,0000000000000000000000000000000000000000000000000000000000000000,E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA821525F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0,TRUE,",
  "1,B7E151628AED2A6ABF7158809CF4F3C762E7160F38B4DA56A784D9045190CFEF,DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659,0000000000000000000000000000000000000000000000000000000000000001,243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89,6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE33418906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A,TRUE,",
  "6,,DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659,,243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89,FFF97BD5755EEEA420453A14355235D382F6472F8568A18B2F057A14602975563CC27944640AC607CD107AE10923D9EF7A73C643E166BE5EBEAFA34B1AC553E2,FALSE,",
].map(vectorOf);

const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits.toLowerCase());

const cryptos = ENGINES.map((engine) => createCrypto(engine));

const check = (vector: Vector): void => {
  const { index, signature, publicKey } = vector;
  const message = hex(vector.message);
  for (const crypto of cryptos) {
    const holds = crypto.verifySchnorr(hex(signature), message, hex(publicKey));
    expect([index, holds]).toEqual([index, vector.isValid]);
  }
  if (vector.secretKey === "" || message.length !== 32) return;
  const made = signSchnorr(message, hex(vector.secretKey), {
    auxiliary: hex(vector.auxiliary),
    publicKey: hex(publicKey),
  });
  expect([index, made.toHex()]).toEqual([index, signature.toLowerCase()]);
};

describe("BIP-340", () => {
  for (const vector of SHORT) test(`vector ${vector.index}`, () => check(vector));

  test.skipIf(hasNoVectors)("all published vectors (needs MAYFLY_VECTORS)", async () => {
    const lines = (await readVectorText("bip340.csv")).trim().split(/\r?\n/u).slice(1);
    expect(lines.length).toBe(19);
    for (const line of lines) check(vectorOf(line));
  });
});
