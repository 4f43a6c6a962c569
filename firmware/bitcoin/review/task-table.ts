/**
 * The signatures to be made, in the place of what was read of the inputs: an input with one of
 * them needs no more room than before. The few with several are kept aside.
 */
import type { SigningTask } from "../../signing/work.ts";
import { assert } from "../../../protocol/errors.ts";
import { INPUT_FLAG } from "../psbt/input-table.ts";
import type { Psbt } from "../psbt/psbt.ts";
import { readTaprootSighashType, type SighashType } from "../transaction/sighash/sighash-type.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { DerivedScript } from "../wallet/script.ts";
import type { WalletPolicy } from "../wallet/wallet-policy.ts";
import type { WalletDigests } from "./digests.ts";
import type { WalletPlace } from "./places.ts";
import type { Signer } from "./signers.ts";

/** An input of the wallet's, and how it is to be signed. */
export interface OwnInput {
  readonly input: number;
  readonly place: WalletPlace;
  readonly script: DerivedScript;
  readonly type: SighashType;
  readonly signers: readonly Signer[];
}

/** What each input is to be signed with. */
export interface TaskTable {
  /** Whether it could be made: SIGHASH_SINGLE may lack its output. */
  readonly add: (own: OwnInput) => boolean;
  /** All tasks in the inputs' order; each is made when it is asked for. */
  readonly tasks: () => Generator<SigningTask, void, void>;
}

const X_ONLY_BYTES = 32;
const COMPRESSED_BYTES = 33;

/** What tasks are made of. */
interface Making extends WalletDigests {
  readonly psbt: Psbt;
  readonly policy: WalletPolicy;
  readonly isTaproot: boolean;
  /** The tasks of inputs with several. */
  readonly aside: Map<number, readonly SigningTask[]>;
}

const headOf = ({ psbt, policy }: Making, input: number, signer: Signer, place: WalletPlace) => {
  const named = policy.expressions[signer.expression];
  assert(named !== undefined, "a signer is one of the template's key expressions");
  const { key, branches } = named;
  const sighash = psbt.inputs.sighashAt(input);
  const head = { input, key, child: branches[place.branch], index: place.index, sighash };
  return signer.leaf === undefined ? head : { ...head, leaf: signer.leaf };
};

/** The key under which the signature has to verify. */
const keyOf = ({ publicKeys, taproot }: DerivedScript, { expression, leaf }: Signer) => {
  const own = publicKeys[expression];
  assert(own !== undefined, "a script has a key for each expression");
  if (taproot === undefined) return own;
  return leaf === undefined ? taproot.outputKey : own.subarray(1);
};

const leafHashOf = ({ taproot }: DerivedScript, { leaf }: Signer): Uint8Array | undefined =>
  leaf === undefined ? undefined : taproot?.leaves[leaf]?.hash;

const taprootTask = (making: Making, own: OwnInput, signer: Signer): SigningTask | undefined => {
  const { input, script, type, place } = own;
  const leafHash = leafHashOf(script, signer);
  const amountSats = making.psbt.inputs.amountAt(input);
  const coin = { amountSats, script: script.scriptPubKey };
  const digest = making.ofTaproot(input, { type, leafHash, coin });
  if (digest === undefined) return undefined;
  const head = headOf(making, input, signer, place);
  const task = { ...head, scheme: "schnorr", digest, publicKey: keyOf(script, signer) } as const;
  const tweak = leafHash === undefined ? script.taproot?.tweak : undefined;
  return tweak === undefined ? task : { ...task, tweak };
};

const addAside = (making: Making, own: OwnInput): boolean => {
  const tasks = own.signers.flatMap((signer) => taprootTask(making, own, signer) ?? []);
  making.aside.set(own.input, tasks);
  return tasks.length === own.signers.length;
};

/** What is signed of a single task: ECDSA's digest, or what taproot's will be made with. */
const subjectOf = (making: Making, own: OwnInput, signer: Signer): Uint8Array | undefined => {
  const { input, script, type } = own;
  if (!making.isTaproot) return making.ofScript(input, script.scriptCode, type);
  if (making.psbt.scriptsHash === undefined) return undefined;
  return leafHashOf(script, signer) ?? script.taproot?.tweak;
};

const addInPlace = (making: Making, own: OwnInput, signer: Signer): boolean => {
  const { inputs } = making.psbt;
  const { input, script } = own;
  const subject = subjectOf(making, own, signer);
  if (subject === undefined) return false;
  inputs.coinAt(input).set(subject);
  inputs.outpointAt(input).set(keyOf(script, signer));
  inputs.setSigner(input, signer.expression, signer.leaf);
  return true;
};

type Head = ReturnType<typeof headOf>;

const ecdsaInPlace = ({ psbt: { inputs } }: Making, head: Head): SigningTask => ({
  ...head,
  scheme: "ecdsa",
  digest: inputs.coinAt(head.input),
  publicKey: inputs.outpointAt(head.input).subarray(0, COMPRESSED_BYTES),
});

const schnorrInPlace = ({ psbt: { inputs }, ofTaproot }: Making, head: Head): SigningTask => {
  const { input, sighash } = head;
  const isByKey = inputs.leafAt(input) === undefined;
  const subject = inputs.coinAt(input);
  const type = readTaprootSighashType(sighash);
  const digest = type && ofTaproot(input, { type, leafHash: isByKey ? undefined : subject });
  assert(digest !== undefined, "what was reviewed can be signed");
  const publicKey = inputs.outpointAt(input).subarray(0, X_ONLY_BYTES);
  const task = { ...head, scheme: "schnorr", digest, publicKey } as const;
  return isByKey ? { ...task, tweak: subject } : task;
};

const taskInPlace = (making: Making, input: number): SigningTask => {
  const { inputs } = making.psbt;
  const leaf = inputs.leafAt(input);
  const expression = inputs.expressionAt(input);
  const signer = leaf === undefined ? { expression } : { expression, leaf };
  const branch = (inputs.flagsAt(input) & INPUT_FLAG.isChange) === 0 ? 0 : 1;
  const head = headOf(making, input, signer, { branch, index: inputs.indexAt(input) });
  return making.isTaproot ? schnorrInPlace(making, head) : ecdsaInPlace(making, head);
};

const addOwn = (making: Making, own: OwnInput): boolean => {
  const { inputs } = making.psbt;
  const { input, place, type, signers } = own;
  inputs.addFlags(input, INPUT_FLAG.isOwn | (place.branch === 1 ? INPUT_FLAG.isChange : 0));
  inputs.setSighash(input, type.byte);
  inputs.setPlace(input, 0, place.index);
  const [only, ...others] = signers;
  const isAside = others.length > 0 || (making.isTaproot && type.isAnyoneCanPay);
  return only === undefined || isAside ? addAside(making, own) : addInPlace(making, own, only);
};

/** The table of one review; it writes into the PSBT's own columns. */
export const createTaskTable = (
  psbt: Psbt,
  { policy }: RegisteredWallet,
  digests: WalletDigests,
): TaskTable => {
  const isTaproot = policy.kind === "tr";
  const making: Making = { ...digests, psbt, policy, isTaproot, aside: new Map() };
  const { inputs } = psbt;
  return {
    add: (own) => addOwn(making, own),
    *tasks() {
      for (let input = 0; input < inputs.count(); input += 1) {
        const kept = making.aside.get(input);
        if (kept !== undefined) yield* kept;
        else if ((inputs.flagsAt(input) & INPUT_FLAG.isOwn) !== 0) {
          yield taskInPlace(making, input);
        }
      }
    },
  };
};
