/**
 * A process that derives and signs: for each line that names a case it does that once and says how
 * many milliseconds it took. It ends with its standard input.
 */
import { createChildKeys } from "../../../firmware/bitcoin/wallet/extended-key.ts";
import {
  createCrypto,
  type NativeSecrets,
  openNativeSecrets,
} from "../../../hardware/secrets/index.ts";
import { must } from "../../secrets/oracles/loading.ts";

/** Inputs of a transaction, and keys of the wallet that they are of. */
const [INPUTS, KEYS] = [500, 3];
const ACCOUNT = [48, 1, 0, 2].map((step) => step + 2 ** 31);
const [DIGEST_BYTES, KEY_BYTES, SIGNATURE_BYTES] = [32, 33, 64];

const crypto = createCrypto("native");
const indices = Uint32Array.from({ length: INPUTS }, (_, i) => i);
const digests = new Uint8Array(DIGEST_BYTES * INPUTS).map((_, i) => (i * 7 + (i >> 5)) & 0xff);

const branchOf = (secrets: NativeSecrets, number: number) => {
  const master = secrets.master(secrets.importSeed(new Uint8Array(32).fill(1 + number)));
  return must(secrets.derive(master, [...ACCOUNT, 0]));
};

const open = (threads: number) => {
  const secrets = must(openNativeSecrets({ threads }));
  const node = branchOf(secrets, 0);
  const parents = Array.from({ length: KEYS }, (_, i) => secrets.publicNode(branchOf(secrets, i)));
  return { secrets, node, parents };
};

type Opened = ReturnType<typeof open>;

const derive = ({ parents }: Opened): readonly Uint8Array[] => {
  const children = parents.map((one) => createChildKeys(one, crypto));
  return Array.from(indices, (index) => children.map((childOf) => childOf(index)))
    .map(([own]) => own)
    .filter((own) => own !== undefined);
};

const bareLoop = (opened: Opened): Uint8Array => {
  const { secrets, node } = opened;
  const made = new Uint8Array(SIGNATURE_BYTES * INPUTS);
  for (const [i, publicKey] of derive(opened).entries()) {
    const leaf = must(secrets.derive(node, [i]));
    const digest = digests.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1));
    made.set(secrets.signEcdsa(leaf, digest, publicKey), SIGNATURE_BYTES * i);
    secrets.wipe(leaf);
  }
  return made;
};

const onThreads = async ({ secrets, node, parents }: Opened): Promise<Uint8Array> => {
  const { deriveMany, signMany } = secrets;
  if (deriveMany === undefined || signMany === undefined) throw new Error("no threads");
  const all = must(await deriveMany(parents, indices));
  const publicKeys = new Uint8Array(KEY_BYTES * INPUTS);
  for (const i of indices) {
    const at = i * KEYS * KEY_BYTES;
    publicKeys.set(all.subarray(at, at + KEY_BYTES), i * KEY_BYTES);
  }
  return must(await signMany({ node, indices, digests, publicKeys, scheme: { name: "ecdsa" } }));
};

const engines = { 0: open(0), 1: open(1), 2: open(2) };

const CASES: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = {
  "bare loop": () => bareLoop(engines[0]),
  "1 thread": () => onThreads(engines[1]),
  "2 threads": () => onThreads(engines[2]),
};

const expected = bareLoop(engines[0]).toHex();
for await (const line of console) {
  if (line === "") break;
  const work = CASES[line];
  if (work === undefined) throw new Error(`no such case: ${line}`);
  const began = performance.now();
  const made = await work();
  const ms = performance.now() - began;
  if (made.toHex() !== expected) throw new Error("other signatures than the bare loop's");
  console.log(ms);
}
process.exit(0);
