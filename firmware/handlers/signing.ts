/**
 * Signing: review, consent, commit, sign, reply. What is signed is what `review` computed; the
 * engine verifies every signature as it leaves, under the key that the wallet expects (fault
 * attacks). Review and signing are cut into slices so that the line stays served, and stop as soon
 * as the device holds other keys or none.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import {
  BITCOIN_LIMITS,
  type Review,
  type ReviewContext,
  type ReviewedInput,
  type ReviewError,
  reviewSteps,
} from "../bitcoin/index.ts";
import type { EndReason } from "../cancellation.ts";
import type { Keys } from "../device.ts";
import type { Context, Receivers, Reply } from "../dispatch.ts";
import type { Handle, Hal, Screen } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

const SIGHASH_ALL = 1;

type Params = Parameters<Receivers["signPsbt"]>[1] & { readonly psbt: Uint8Array };

/** Parents of leaf keys, derived once for a call and wiped with it. */
interface Branches {
  readonly at: (path: readonly number[]) => Handle<"node"> | undefined;
  readonly wipe: () => void;
}

const createBranches = ({ secrets }: Hal, keys: Keys): Branches => {
  const nodes = new Map<string, Handle<"node">>();
  return {
    at: (path) => {
      const known = nodes.get(path.join("/"));
      if (known !== undefined) return known;
      const node = secrets.derive(keys.master, path);
      if (!node.ok) return undefined;
      nodes.set(path.join("/"), node.value);
      return node.value;
    },
    wipe: () => {
      for (const node of nodes.values()) secrets.wipe(node);
    },
  };
};

const signInput = (
  { secrets }: Hal,
  branches: Branches,
  input: ReviewedInput,
): Outcome<SignatureRecord, "index_out_of_range"> => {
  const branch = branches.at(input.path.slice(0, -1));
  if (branch === undefined) return fail("index_out_of_range", { input: input.index });
  const leaf = secrets.derive(branch, input.path.slice(-1));
  if (!leaf.ok) return fail(leaf.error, { input: input.index });
  const signature = secrets.signEcdsa(leaf.value, input.digest, input.publicKey);
  secrets.wipe(leaf.value);
  return ok({ input: input.index, key: input.keyIndex, sighash: SIGHASH_ALL, signature });
};

const pause = ({ clock }: Hal): Promise<void> =>
  new Promise((resolve) => {
    clock.after(0, resolve);
  });

const holdsStill = (context: Context, keys: Keys): boolean => {
  const now = context.device();
  return now.phase === "ready" && now.keys.master === keys.master;
};

/** Gives the line its turn when a slice is over; false once the device may not sign any more. */
const createSlices = (context: Context, keys: Keys): (() => Promise<boolean>) => {
  const { hal } = context;
  let sinceMs = hal.clock.nowMs();
  return async () => {
    if (hal.clock.nowMs() - sinceMs <= DEVICE_LIMITS.sliceMs) return true;
    await pause(hal);
    sinceMs = hal.clock.nowMs();
    return holdsStill(context, keys);
  };
};

/** The review, slice by slice; it ends early for a call that should end, too. */
const reviewSliced = async (
  context: Context,
  keys: Keys,
  params: Params,
): Promise<Outcome<Review, ReviewError | EndReason>> => {
  const { hal, network, endReason, progress } = context;
  const { crypto } = hal;
  const reviewContext: ReviewContext = { crypto, network, fingerprint: keys.fingerprint };
  const mayGoOn = createSlices(context, keys);
  const steps = reviewSteps(params.psbt, keys.wallets, params.walletId, reviewContext);
  let step = steps.next();
  for (let done = 0; step.done !== true; done += 1) {
    progress("reviewing", done);
    if (!(await mayGoOn())) return fail("cancelled");
    const reason = endReason();
    if (reason !== undefined) return fail(reason);
    step = steps.next();
  }
  return step.value;
};

type SignError = "cancelled" | "index_out_of_range";

const signEach = async (
  { hal, progress }: Context,
  branches: Branches,
  inputs: readonly ReviewedInput[],
  mayGoOn: () => Promise<boolean>,
): Promise<Outcome<readonly SignatureRecord[], SignError>> => {
  const signatures: SignatureRecord[] = [];
  for (const input of inputs) {
    progress("signing", signatures.length, inputs.length);
    // Nothing comes between the commit and the first signature.
    if (signatures.length > 0 && !(await mayGoOn())) return fail("cancelled");
    const signature = signInput(hal, branches, input);
    if (!signature.ok) return signature;
    signatures.push(signature.value);
  }
  return ok(signatures);
};

const signAll = async (
  context: Context,
  keys: Keys,
  reviewed: Review,
): Promise<Outcome<readonly SignatureRecord[], SignError>> => {
  const branches = createBranches(context.hal, keys);
  const slices = createSlices(context, keys);
  const signatures = await signEach(context, branches, reviewed.inputs, slices);
  // An end has wiped everything, the branches too; a suspension has not.
  if (context.device().phase === "ended") return fail("cancelled");
  branches.wipe();
  return signatures;
};

const consentTo = ({ screens }: Review): Screen => ({
  kind: "transaction",
  lines: screens.flatMap(({ lines }) => lines),
});

/** A repeat of a committed call was consented to: it is reviewed and signed again, not asked. */
const signWhole = async (context: Context, params: Params): Promise<Reply<"signPsbt">> => {
  const { ask, commit, device, isCommitted } = context;
  const now = device();
  if (now.phase !== "ready") return fail("wrong_phase");
  const { keys } = now;
  const reviewed = await reviewSliced(context, keys, params);
  if (!reviewed.ok) return reviewed;
  const consent = isCommitted() ? ok(undefined) : await ask(consentTo(reviewed.value));
  if (!consent.ok) return consent;
  if (!holdsStill(context, keys)) return fail("cancelled");
  const { txid, leavingSats, wallet } = reviewed.value;
  const committed = commit({ txid, amountSats: leavingSats });
  if (!committed.ok) return committed;
  const signatures = await signAll(context, keys, reviewed.value);
  if (!signatures.ok) return signatures;
  return ok({ walletId: wallet.id, signatures: encodeRecords(signatures.value) });
};

/** Collects the PSBT; of one that is too large nothing is kept. */
const signPsbt: Receivers["signPsbt"] = (_, params) => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    take: (chunk) => {
      bytes += chunk.length;
      if (bytes > BITCOIN_LIMITS.psbtBytes) chunks.length = 0;
      else chunks.push(chunk);
    },
    heldBytes: () => chunks.reduce((sum, { length }) => sum + length, 0),
    finish: (context) => {
      if (bytes > BITCOIN_LIMITS.psbtBytes) return fail("psbt_unsupported");
      const psbt = new Uint8Array(bytes);
      let end = 0;
      for (const chunk of chunks) {
        psbt.set(chunk, end);
        end += chunk.length;
      }
      return signWhole(context, { ...params, psbt });
    },
  };
};

/** Handlers of protocol/commands/signing.ts. */
export const signingHandlers: Pick<Receivers, "signPsbt"> = { signPsbt };
