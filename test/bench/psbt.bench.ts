/**
 * A 2-of-3 P2WSH PSBT, a distinct address for each input: the device's handler, review and
 * signatures, against the bare loop (the same keys of all holders and leaf keys, low-R signatures
 * and verifications, and nothing else) and against bitcoinjs-lib, whose signer is the same engine.
 * One thread, one machine, one run, rounds interleaved; previous transactions are small ones.
 */
import { Psbt } from "bitcoinjs-lib";
import { createChildKeys, deriveChild } from "../../firmware/bitcoin/wallet/extended-key.ts";
import type { Crypto, Handle } from "../../firmware/hal.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { must } from "../secrets/oracles/loading.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { HOT, placeOf } from "../bitcoin/wallet-fixture.ts";
import { psbtOf } from "../firmware/ready-device.ts";
import { type BenchedDevice, openDevice } from "./psbt/device.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "psbt";

const SIZES = [1, 10, 125, 250, 500] as const;
const ROUNDS = 5;
const ACCOUNT = [48, 1, 0, 2].map((step) => step + 2 ** 31);

/** One PSBT in the forms that the cases take. */
interface Sample {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly base64: string;
  readonly publicKeys: readonly Uint8Array[];
}

const sampleOf = (size: number): Sample => {
  const psbt = psbtOf(size);
  const places = Array.from({ length: size }, (_, i) => placeOf(HOT, 0, i));
  return {
    size,
    bytes: Uint8Array.from(psbt.toBuffer()),
    base64: psbt.toBase64(),
    publicKeys: places.map(({ publicKeys }) => elementOf(publicKeys, 0)),
  };
};

const withLeaf = <R>(
  { secrets }: BenchedDevice,
  branch: Handle<"node">,
  index: number,
  use: (leaf: Handle<"node">) => R,
): R => {
  const leaf = must(secrets.derive(branch, [index]));
  try {
    return use(leaf);
  } finally {
    secrets.wipe(leaf);
  }
};

const branchOf = ({ secrets, master }: BenchedDevice): Handle<"node"> =>
  must(secrets.derive(master, [...ACCOUNT, 0]));

/** The receive branch of every holder's account: what proves that an input is the wallet's. */
const branchesOf = (crypto: Crypto) =>
  HOT.registered.policy.keys.map(({ node }) =>
    createChildKeys(must(deriveChild(node, 0, crypto)), crypto),
  );

const bareLoop = (device: BenchedDevice, { size, publicKeys }: Sample): void => {
  const branch = branchOf(device);
  const branches = branchesOf(device.crypto);
  const digest = new Uint8Array(32);
  for (let i = 0; i < size; i += 1) {
    digest[0] = i;
    digest[1] = i >> 8;
    for (const childOf of branches) childOf(i);
    const publicKey = elementOf(publicKeys, i);
    withLeaf(device, branch, i, (leaf) => device.secrets.signEcdsa(leaf, digest, publicKey));
  }
  device.secrets.wipe(branch);
};

const signByBitcoinjs = (device: BenchedDevice, { size, base64, publicKeys }: Sample): void => {
  const psbt = Psbt.fromBase64(base64);
  const branch = branchOf(device);
  for (let i = 0; i < size; i += 1) {
    const publicKey = elementOf(publicKeys, i);
    withLeaf(device, branch, i, (leaf) =>
      psbt.signInput(i, {
        publicKey,
        sign: (hash: Uint8Array) => device.secrets.signEcdsa(leaf, hash, publicKey),
      }),
    );
  }
  device.secrets.wipe(branch);
};

type Case = (device: BenchedDevice, sample: Sample) => unknown;

const CASES: Readonly<Record<string, Case>> = {
  "bare loop": bareLoop,
  device: (device, { bytes }) => device.sign(bytes),
  "bitcoinjs-lib": signByBitcoinjs,
};

const timeOf = async (work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const measure = async (device: BenchedDevice, sample: Sample): Promise<readonly Row[]> => {
  const times = new Map<string, number[]>(Object.keys(CASES).map((title) => [title, []]));
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [title, work] of Object.entries(CASES)) {
      const ms = await timeOf(() => work(device, sample));
      if (round >= 0) times.get(title)?.push(ms);
    }
  }
  const medianOf = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const bare = medianOf(times.get("bare loop") ?? []);
  const against = `bare loop, ${sample.size} inputs`;
  return [...times].map(([title, values]) =>
    rowOf(
      { bench: name, case: `${title}, ${sample.size} inputs`, unit: "ms", against },
      values,
      bare,
    ),
  );
};

/** Measures all sizes: about twenty seconds. */
export const run = async (): Promise<readonly Row[]> => {
  const device = openDevice(hasNoLibraries ? "portable" : "native");
  const rows: Row[] = [];
  for (const size of SIZES) rows.push(...(await measure(device, sampleOf(size))));
  return rows;
};

/** On which engine, and what is not measured yet. */
export const remarks = (): readonly string[] => [
  `measured on the ${hasNoLibraries ? "portable" : "native"} engine, one thread`,
  "not measured yet: workers, @scure/btc-signer, P2TR, long previous transactions, 1,000 and more",
];
