/** Noise, revision 34, 25519_AESGCM_SHA256: the published vectors, message by message. */
import { describe, expect, test } from "bun:test";
import { staticKey } from "../../../protocol/session/noise/patterns.ts";
import type { NoiseSuite } from "../../../protocol/session/noise/suite.ts";
import {
  field,
  hasNoVectors,
  listOf,
  readVectors,
  textField,
  textOf,
} from "../../secrets/oracles/vectors.ts";
import { SHORT_VECTORS } from "./short-vectors.ts";
import { SUITES } from "./suites.ts";
import { patternOf, type Played, play, type Vector, type VectorSide } from "./vector.ts";

const optional = (entry: unknown, name: string): string | undefined => {
  const value = field(entry, name);
  return value === undefined ? undefined : textOf(value);
};

const readSide = (entry: unknown, side: "init" | "resp"): VectorSide => ({
  ephemeral: optional(entry, `${side}_ephemeral`) ?? "",
  secret: optional(entry, `${side}_static`),
  remoteStatic: optional(entry, `${side}_remote_static`),
  psks: listOf(field(entry, `${side}_psks`) ?? []).map(textOf),
});

const readVector = (entry: unknown): Vector => {
  const prologue = textField(entry, "init_prologue");
  expect(textField(entry, "resp_prologue")).toBe(prologue);
  return {
    protocol: textField(entry, "protocol_name"),
    prologue,
    initiator: readSide(entry, "init"),
    responder: readSide(entry, "resp"),
    handshakeHash: optional(entry, "handshake_hash"),
    messages: listOf(field(entry, "messages")).map((message) => ({
      payload: textField(message, "payload"),
      ciphertext: textField(message, "ciphertext"),
    })),
  };
};

const publicKey = (vector: Vector, suite: NoiseSuite, initiator: boolean): string => {
  const pattern = patternOf(vector.protocol);
  if (pattern === undefined || staticKey(pattern, initiator) === "none") return "refused";
  const { secret } = initiator ? vector.initiator : vector.responder;
  return suite.keyPair(Uint8Array.fromHex(secret ?? "")).publicKey.toHex();
};

/** What a vector demands; where it gives no hash, the two sides still agree on one. */
const wanted = (vector: Vector, suite: NoiseSuite, played: Played): Played => {
  const hash = vector.handshakeHash ?? played.hashes[0];
  return {
    messages: vector.messages,
    hashes: [hash, hash],
    remoteStatics: [publicKey(vector, suite, false), publicKey(vector, suite, true)],
  };
};

const check = (vector: Vector, suite: NoiseSuite): void => {
  const played = play(vector, suite);
  expect(played).toEqual(wanted(vector, suite, played));
};

const FILES = [
  ["noise-25519-aesgcm-sha256.json", 59, 59],
  ["noise-snow-25519-aesgcm-sha256.json", 51, 0],
] as const;

for (const [name, suite] of SUITES) {
  describe(`the ${name}'s suite`, () => {
    test.each(Object.entries(SHORT_VECTORS))("%s, by hand", (_, vector) => {
      check(vector, suite);
    });

    for (const [file, count, withHash] of FILES) {
      test.skipIf(hasNoVectors)(`${file}: all ${count} (needs MAYFLY_VECTORS)`, async () => {
        const entries = listOf(field(await readVectors(file), "vectors"));
        const vectors = entries.map(readVector);
        const ours = vectors.filter(({ protocol }) => patternOf(protocol) !== undefined);
        for (const vector of ours) check(vector, suite);
        console.info(`${name}: ${ours.length} of ${vectors.length} vectors of ${file}`);
        expect(ours.length).toBe(count);
        expect(vectors.length).toBe(count);
        expect(vectors.filter((vector) => vector.handshakeHash !== undefined).length).toBe(
          withHash,
        );
      });
    }
  });
}
