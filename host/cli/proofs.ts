/** Proofs of funds: the work of `mayfly message sign --funds`. */
import type { Psbt } from "bitcoinjs-lib";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import type { Client } from "../driver/index.ts";
import { readPsbtVersion0 } from "../vault/index.ts";
import {
  draftProof,
  finaliseProof,
  formatSignature,
  type NumberedLeaf,
  type ProofSignature,
  type Scripts,
  scriptOf,
  verifySignature,
} from "../vault/message/index.ts";
import { withOwnDevice } from "./device.ts";
import { readBytes } from "./files.ts";
import { type MessageSignOptions, readRequest, type Request } from "./messages.ts";
import type { Output } from "./output.ts";
import { badOption } from "./program.ts";
import { createProgress } from "./progress.ts";

/** What the user chose; `funds` is a PSBT whose inputs are the coins. */
export interface ProofOptions extends MessageSignOptions {
  readonly funds: string;
}

const LEAF_VERSION = 0xc0;

/** What one device gave. */
interface Given {
  readonly address: string;
  readonly scripts: Scripts;
  readonly leaves: readonly NumberedLeaf[];
  readonly signatures: readonly ProofSignature[];
}

/** What is proved, and by what. */
interface Subject {
  readonly request: Request;
  readonly funds: Psbt;
}

const readSubject = (message: string, options: ProofOptions): Outcome<Subject> => {
  if (options.legacy === true) return badOption("--funds", "the legacy form proves none");
  const request = readRequest(message, options);
  if (!request.ok) return request;
  const bytes = readBytes(options.funds);
  if (!bytes.ok) return bytes;
  const funds = readPsbtVersion0(bytes.value);
  if (!funds.ok) return fail(funds.error, { ...funds.details, file: options.funds });
  return ok({ request: request.value, funds: funds.value });
};

type ProofReply = Extract<Awaited<ReturnType<Client["proveFunds"]>>, { ok: true }>["value"];

const readReply = (reply: ProofReply, address: string): Outcome<Given, "malformed_reply"> => {
  const { redeemScript, witnessScript, leaves = [] } = reply;
  const scriptPubKey = scriptOf(address);
  if (reply.address !== address || scriptPubKey === undefined) {
    return fail("malformed_reply", { why: "it names another address" });
  }
  const records = decodeRecords(reply.signatures);
  if (!records.ok) return records;
  const signatures = records.value.map(({ input, leaf, signature }) => ({
    input,
    isLeaf: leaf !== undefined,
    signature,
  }));
  return ok({
    address,
    scripts: { scriptPubKey, redeemScript, witnessScript },
    leaves,
    signatures,
  });
};

/** The address that the device derives, and the draft of its proof. */
const draftWith = async (
  client: Client,
  { request, funds }: Subject,
): Promise<Outcome<{ readonly address: string; readonly psbt: Uint8Array }>> => {
  const { walletId, isChange, index, message } = request;
  const own = await client.getAddress({ walletId, isChange, index, isShown: false });
  if (!own.ok) return own;
  const { address } = own.value;
  const scriptPubKey = scriptOf(address);
  if (scriptPubKey === undefined) return fail("malformed_reply", { why: "it names no address" });
  const draft = draftProof(message, { scriptPubKey }, funds);
  return draft.ok ? ok({ address, psbt: Uint8Array.from(draft.value.toBuffer()) }) : draft;
};

const askOne = (port: string, subject: Subject, output: Output) =>
  withOwnDevice(port, async (client, signal): Promise<Outcome<Given>> => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const device = status.value.name;
    const draft = await draftWith(client, subject);
    if (!draft.ok) return fail(draft.error, { ...draft.details, device });
    const { address, psbt } = draft.value;
    const { walletId, isChange, index, message } = subject.request;
    const params = { walletId, isChange, index, message, psbt };
    const { onProgress, end } = createProgress(output, device, { device });
    const reply = await client.proveFunds(params, { onProgress, signal });
    end();
    const given = reply.ok ? readReply(reply.value, address) : reply;
    return given.ok ? given : fail(given.error, { ...given.details, device });
  });

/** The proof as text, of what was given so far: verified, or what is missing. */
const complete = ({ request, funds }: Subject, given: readonly Given[]): Outcome<string> => {
  const [first] = given;
  if (first === undefined) return fail("signers_missing", { have: 0 });
  if (given.some(({ address }) => address !== first.address)) {
    return fail("malformed_reply", { why: "two devices name two addresses" });
  }
  const { message } = request;
  const draft = draftProof(message, first.scripts, funds);
  if (!draft.ok) return draft;
  const [challenge] = draft.value.data.inputs;
  const leaves = given.flatMap((one) => one.leaves);
  if (challenge !== undefined && leaves.length > 0) {
    challenge.tapLeafScript = leaves.map(({ script, controlBlock }) => ({
      leafVersion: LEAF_VERSION,
      script,
      controlBlock,
    }));
  }
  const { scriptPubKey } = first.scripts;
  const signatures = given.flatMap((one) => one.signatures);
  const psbt = finaliseProof(draft.value, scriptPubKey, signatures);
  if (!psbt.ok) return psbt;
  const signature = { form: "funds", psbt: psbt.value } as const;
  const verified = verifySignature(signature, message, scriptPubKey);
  return verified.ok ? ok(formatSignature(signature)) : verified;
};

/** Proves coins with one device or more, and says the signature. */
export const proveFunds = async (
  message: string,
  options: ProofOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const subject = readSubject(message, options);
  if (!subject.ok) return subject;
  const given: Given[] = [];
  let outcome = complete(subject.value, given);
  for (const port of options.port) {
    const one = await askOne(port, subject.value, output);
    if (!one.ok) return one;
    given.push(one.value);
    outcome = complete(subject.value, given);
    if (outcome.ok || outcome.error !== "signers_missing") break;
  }
  if (!outcome.ok) return outcome;
  const [{ address } = { address: "" }] = given;
  output.say({ event: "message", signature: outcome.value, address }, [outcome.value]);
  return ok(undefined);
};
