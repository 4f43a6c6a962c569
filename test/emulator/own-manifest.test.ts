/** The manifest that an emulator with a seed of its own makes on the spot. */
import { expect, test } from "bun:test";
import { seedValues } from "../../firmware/index.ts";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { bringSeed } from "../../hardware/emulator/board/own-manifest.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { createPortableSecrets } from "../../hardware/secrets/index.ts";
import { readLineage } from "../../host/manifest/index.ts";
import type { Trust } from "../../protocol/session/trust.ts";
import { unwrap } from "../driver/lines.ts";

const SEED = new Uint8Array(32).fill(7);
const key = (byte: number) => new Uint8Array(32).fill(byte);

const lineageOf = (trust: Trust, seed = SEED) => {
  const secrets = createPortableSecrets(systemRng());
  const identity = { name: "A", firmwareDigest: key(9) };
  const own = { identity, network: "regtest", trust, secrets, valuesOf: seedValues } as const;
  return unwrap(readLineage(bringSeed(own, seed).lineage));
};

test("a device with a seed is ready under a manifest, the same after each power cut", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const hashes: (string | undefined)[] = [];
  for (let boot = 0; boot < 2; boot += 1) {
    const client = await emulator.connect();
    const { manifest, phase } = unwrap(await client.getStatus({}));
    expect(phase).toBe("ready");
    expect(manifest).toMatchObject({ version: 1, keyId: "A" });
    hashes.push(manifest?.hash.toHex());
    await client.close();
    emulator.powerCut();
  }
  expect(hashes[1]).toBe(hashes[0]);
});

test("the people's tools accept it: signed, sound, and other seeds make another", () => {
  const trust: Trust = { generation: 3, hosts: [{ key: key(1), roles: ["vault"] }], revoked: [] };
  const { newest, draft } = lineageOf(trust);
  expect(newest.manifest).toMatchObject({ version: 1, generation: 3, name: "Emulator A" });
  expect(newest.manifest.keys[0]?.made?.commitments).toHaveLength(5);
  expect(draft.hash).not.toEqual(newest.hash);
  expect(lineageOf(trust).newest.hash).toEqual(newest.hash);
  expect(lineageOf(trust, key(8)).newest.hash).not.toEqual(newest.hash);
  expect(lineageOf({ ...trust, generation: 4 }).newest.hash).not.toEqual(newest.hash);
});

test("a host listed twice stands there once, with all its roles; a revoked one does not", () => {
  const hosts: Trust["hosts"] = [
    { key: key(1), roles: ["vault"] },
    { key: key(2), roles: ["vault"] },
    { key: key(1), roles: ["operator"] },
  ];
  const { manifest } = lineageOf({ generation: 1, hosts, revoked: [key(2)] }).newest;
  expect(manifest.hosts).toEqual([
    { name: "host 1", key: key(1), roles: expect.arrayContaining(["vault", "operator"]) },
  ]);
  expect(manifest.revoked).toEqual([key(2)]);
});
