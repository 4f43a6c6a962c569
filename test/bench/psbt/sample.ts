/** What all cases of a size are given, written once and read by each process that measures. */
import { join } from "node:path";
import { parsePsbt, reviewSteps } from "../../../firmware/bitcoin/index.ts";
import { finish } from "../../../firmware/bitcoin/steps.ts";
import type { Crypto } from "../../../firmware/hal.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";
import { psbtBytes } from "./psbt-bytes.ts";
import { type BenchedWallet, type WalletKind, walletOf } from "./wallets.ts";

/** What is spent, as rows name it. */
export const SPENDS = {
  P2WSH: { kind: "P2WSH", strangers: 1 },
  P2TR: { kind: "P2TR", strangers: 1 },
  "P2WSH of 1.7 kB": { kind: "P2WSH", strangers: 50 },
} as const satisfies Readonly<Record<string, { kind: WalletKind; strangers: number }>>;

/** One of them. */
export type SpendName = keyof typeof SPENDS;

/** Of which sample a case is measured. */
export interface SampleName {
  readonly spend: SpendName;
  readonly inputs: number;
}

/** What a signature is made of, besides the secret key: input `i` is spent by child `i`. */
export interface BareTask {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** 32 bytes of a key path (BIP-341); of ECDSA zeros. */
  readonly tweak: Uint8Array;
  /** 33 bytes: what the signature verifies under; of a key path the even one of the output. */
  readonly publicKey: Uint8Array;
}

/** A PSBT, whose it is, and what of it is the curve's. */
export interface Sample extends SampleName {
  readonly psbt: Uint8Array;
  readonly tasks: readonly BareTask[];
  readonly wallet: BenchedWallet;
}

const HASH_BYTES = 32;
const KEY_BYTES = 33;
const TASK_BYTES = 2 * HASH_BYTES + KEY_BYTES;
const EVEN = Uint8Array.of(0x02);

const fileOf = (folder: string, { spend, inputs }: SampleName, what: string): string =>
  join(folder, `${spend} ${inputs}.${what}`);

/** The digests that the device's own review comes to: the bare loop signs the same. */
const tasksOf = (psbt: Uint8Array, wallet: BenchedWallet, crypto: Crypto): Uint8Array => {
  const { fingerprint } = wallet;
  const read = unwrap(parsePsbt(psbt, { crypto, fingerprint }));
  const context = { crypto, network: "regtest", fingerprint } as const;
  const { inputs } = unwrap(finish(reviewSteps(read, [wallet.register()], undefined, context)));
  const parts = [...inputs.tasks()].flatMap(({ digest, tweak, publicKey }) => [
    digest,
    tweak ?? new Uint8Array(HASH_BYTES),
    ...(tweak === undefined ? [publicKey] : [EVEN, publicKey]),
  ]);
  return new Uint8Array(Buffer.concat(parts));
};

/** Writes a sample. */
export const writeSample = async (
  folder: string,
  name: SampleName,
  crypto: Crypto,
): Promise<void> => {
  const { kind, strangers } = SPENDS[name.spend];
  const wallet = walletOf(kind, crypto);
  const psbt = psbtBytes({ wallet, inputs: name.inputs, strangers }, crypto);
  await Bun.write(fileOf(folder, name, "psbt"), psbt);
  await Bun.write(fileOf(folder, name, "tasks"), tasksOf(psbt, wallet, crypto));
};

const taskAt = (bytes: Uint8Array, at: number): BareTask => ({
  digest: bytes.slice(at, at + HASH_BYTES),
  tweak: bytes.slice(at + HASH_BYTES, at + 2 * HASH_BYTES),
  publicKey: bytes.slice(at + 2 * HASH_BYTES, at + TASK_BYTES),
});

/** Reads a sample that was written. */
export const readSample = async (
  folder: string,
  name: SampleName,
  crypto: Crypto,
): Promise<Sample> => {
  const bytes = await Bun.file(fileOf(folder, name, "tasks")).bytes();
  return {
    ...name,
    psbt: await Bun.file(fileOf(folder, name, "psbt")).bytes(),
    tasks: Array.from({ length: name.inputs }, (_, i) => taskAt(bytes, TASK_BYTES * i)),
    wallet: walletOf(SPENDS[name.spend].kind, crypto),
  };
};
