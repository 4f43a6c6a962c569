/**
 * The signatures to be made, in the place of what was read of the inputs: an input with one of
 * them needs no more room than before. The few with several are kept aside.
 */
import { assert } from "../../../protocol/errors.ts";
import { INPUT_FLAG } from "../psbt/input-table.ts";
import type { Psbt } from "../psbt/psbt.ts";
import { readTaprootSighashType, type SighashType } from "../transaction/sighash/sighash-type.ts";
import type { TaprootDigest } from "../transaction/sighash/taproot.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { Branch, DerivedScript } from "../wallet/script.ts";
import type { ScriptDigest } from "./digests.ts";
import type { WalletPlace } from "./places.ts";
import type { Signer } from "./signers.ts";
import type { SigningTask } from "./signing-task.ts";

/** An input of the wallet's, and how it is to be signed. */
export interface OwnInput {
  readonly input: number;
  readonly place: WalletPlace;
  readonly script: DerivedScript;
  readonly type: SighashType;
  readonly signers: readonly Signer[];
}

/** The digests of the wallet's kind. */
export interface WalletDigests {
  readonly ofScript: ScriptDigest;
  readonly ofTaproot: TaprootDigest;
}

/** What each input is to be signed with. */
export interface TaskTable {
  /** Whether it could be made: SIGHASH_SINGLE may lack its output. */
  readonly add: (own: OwnInput) => boolean;
  /** All tasks in the inputs' order; each is made when it is asked for. */
  readonly tasks: () => Generator<SigningTask, void, void>;
}

const HASH_BYTES = 32;
const COMPRESSED_BYTES = 33;

const xOnly = (publicKey: Uint8Array): Uint8Array => publicKey.subarray(1);

/** The table of one review; it writes into the PSBT's own columns. */
export const createTaskTable = (
  psbt: Psbt,
  { policy }: RegisteredWallet,
  { ofScript, ofTaproot }: WalletDigests,
): TaskTable => {
  const { inputs } = psbt;
  const aside = new Map<number, readonly SigningTask[]>();
  const isTaproot = policy.kind === "tr";

  const headOf = (input: number, { expression, leaf }: Signer, place: WalletPlace) => {
    const named = policy.expressions[expression];
    assert(named !== undefined, "a signer is one of the template's key expressions");
    const child = named.branches[place.branch];
    const head = {
      input,
      key: named.key,
      child,
      index: place.index,
      sighash: inputs.sighashAt(input),
    };
    return leaf === undefined ? head : { ...head, leaf };
  };
  const keyOf = ({ publicKeys, taproot }: DerivedScript, { expression, leaf }: Signer) => {
    const own = publicKeys[expression];
    assert(own !== undefined, "a script has a key for each expression");
    if (taproot === undefined) return own;
    return leaf === undefined ? taproot.outputKey : xOnly(own);
  };
  const leafHashOf = ({ taproot }: DerivedScript, { leaf }: Signer) =>
    leaf === undefined ? undefined : taproot?.leaves[leaf]?.hash;

  const taprootTask = (own: OwnInput, signer: Signer): SigningTask | undefined => {
    const { input, script, type, place } = own;
    const leafHash = leafHashOf(script, signer);
    const coin = { amountSats: inputs.amountAt(input), script: script.scriptPubKey };
    const digest = ofTaproot(input, { type, leafHash, coin });
    if (digest === undefined) return undefined;
    const publicKey = keyOf(script, signer);
    const task = { ...headOf(input, signer, place), scheme: "schnorr", digest, publicKey } as const;
    const tweak = leafHash === undefined ? script.taproot?.tweak : undefined;
    return tweak === undefined ? task : { ...task, tweak };
  };
  const addAside = (own: OwnInput): boolean => {
    const tasks = own.signers.flatMap((signer) => taprootTask(own, signer) ?? []);
    aside.set(own.input, tasks);
    return tasks.length === own.signers.length;
  };
  /** What is signed of a single task: ECDSA's digest, or what taproot's will be made with. */
  const subjectOf = ({ input, script, type }: OwnInput, signer: Signer): Uint8Array | undefined => {
    if (!isTaproot) return ofScript(input, script.scriptCode, type);
    if (psbt.scriptsHash === undefined) return undefined;
    return leafHashOf(script, signer) ?? script.taproot?.tweak;
  };
  const addInPlace = (own: OwnInput, signer: Signer): boolean => {
    const { input, script } = own;
    const subject = subjectOf(own, signer);
    if (subject === undefined) return false;
    inputs.coinAt(input).set(subject);
    inputs.outpointAt(input).set(keyOf(script, signer));
    inputs.setSigner(input, signer.expression, signer.leaf);
    return true;
  };
  const taskInPlace = (input: number): SigningTask => {
    const leaf = inputs.leafAt(input);
    const expression = inputs.expressionAt(input);
    const signer = leaf === undefined ? { expression } : { expression, leaf };
    const branch: Branch = (inputs.flagsAt(input) & INPUT_FLAG.isChange) === 0 ? 0 : 1;
    const head = headOf(input, signer, { branch, index: inputs.indexAt(input) });
    const subject = inputs.coinAt(input);
    const key = inputs.outpointAt(input);
    if (!isTaproot) {
      return {
        ...head,
        scheme: "ecdsa",
        digest: subject,
        publicKey: key.subarray(0, COMPRESSED_BYTES),
      };
    }
    const type = readTaprootSighashType(head.sighash);
    const leafHash = leaf === undefined ? undefined : subject;
    const digest = type && ofTaproot(input, { type, leafHash });
    assert(digest !== undefined, "what was reviewed can be signed");
    const task = {
      ...head,
      scheme: "schnorr",
      digest,
      publicKey: key.subarray(0, HASH_BYTES),
    } as const;
    return leaf === undefined ? { ...task, tweak: subject } : task;
  };
  return {
    add: (own) => {
      const { input, place, type, signers } = own;
      const change = place.branch === 1 ? INPUT_FLAG.isChange : 0;
      inputs.addFlags(input, INPUT_FLAG.isOwn | change);
      inputs.setSighash(input, type.byte);
      inputs.setPlace(input, 0, place.index);
      const [only, ...others] = signers;
      const isInPlace = only !== undefined && others.length === 0;
      return isInPlace && !(isTaproot && type.isAnyoneCanPay)
        ? addInPlace(own, only)
        : addAside(own);
    },
    *tasks() {
      for (let input = 0; input < inputs.count(); input += 1) {
        const kept = aside.get(input);
        if (kept !== undefined) yield* kept;
        else if ((inputs.flagsAt(input) & INPUT_FLAG.isOwn) !== 0) yield taskInPlace(input);
      }
    },
  };
};
