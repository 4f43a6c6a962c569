/** Signed messages: the work of `mayfly message sign` and `mayfly message verify`. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import type { Client } from "../driver/index.ts";
import {
  completeLegacy,
  completeMessage,
  type KeySignature,
  type NumberedLeaf,
  type Scripts,
  scriptOf,
  type SignedMessage,
  verifyMessage,
} from "../vault/message/index.ts";
import { fromHex } from "./bytes.ts";
import { withOwnDevice } from "./device.ts";
import type { Output } from "./output.ts";
import { badOption } from "./program.ts";
import { createProgress } from "./progress.ts";

/** What the user chose. */
export interface MessageSignOptions {
  readonly port: readonly string[];
  readonly wallet: string;
  readonly index: string;
  readonly change?: true | undefined;
  readonly legacy?: true | undefined;
  readonly full?: true | undefined;
}

/** What a device is asked to sign. */
export type Request = Parameters<Client["signMessage"]>[0];

/** Everything that can be refused before anyone is asked to press. */
export const readRequest = (message: string, options: MessageSignOptions): Outcome<Request> => {
  const walletId = fromHex(options.wallet);
  if (walletId?.length !== 32) return badOption("--wallet", "not 64 hex digits");
  const index = /^\d{1,10}$/.test(options.index) ? Number(options.index) : Number.NaN;
  if (!(index < 0x8000_0000)) {
    return badOption("--index", "not a whole number below 2147483648");
  }
  if (options.legacy === true && options.full === true) {
    return badOption("--full", "the legacy form has no full one");
  }
  const bytes = new TextEncoder().encode(message).length;
  if (bytes > LIMITS.signedMessage) {
    return fail("arguments_invalid", { why: "the message is too long", bytes });
  }
  const format = options.legacy === true ? "legacy" : "bip322";
  return ok({ walletId, isChange: options.change === true, index, message, format });
};

/** What one device gave. */
interface Given {
  readonly address: string;
  readonly scripts: Scripts;
  readonly leaves: readonly NumberedLeaf[];
  readonly signatures: readonly KeySignature[];
}

/** A device's reply, whose address must be one; what is signed is looked at later. */
const readReply = (
  reply: Extract<Awaited<ReturnType<Client["signMessage"]>>, { ok: true }>["value"],
): Outcome<Given, "malformed_reply"> => {
  const { address, redeemScript, witnessScript, leaves = [] } = reply;
  const scriptPubKey = scriptOf(address);
  if (scriptPubKey === undefined) return fail("malformed_reply", { why: "it names no address" });
  const records = decodeRecords(reply.signatures);
  if (!records.ok) return records;
  const scripts = { scriptPubKey, redeemScript, witnessScript };
  return ok({ address, scripts, leaves, signatures: records.value });
};

const askOne = (port: string, request: Request, output: Output) =>
  withOwnDevice(port, async (client, signal): Promise<Outcome<Given>> => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const device = status.value.name;
    const { onProgress, end } = createProgress(output, device, { device });
    const reply = await client.signMessage(request, { onProgress, signal });
    end();
    if (!reply.ok) return fail(reply.error, { ...reply.details, device });
    const given = readReply(reply.value);
    return given.ok ? given : fail(given.error, { ...given.details, device });
  });

/** A signature that is complete and verified, and whose it is. */
interface Complete {
  readonly signature: string;
  readonly address: string;
}

/** What was given so far, of one address, put together: verified, or what is missing. */
const complete = (
  { message, format }: Request,
  given: readonly Given[],
  isFull: boolean,
): Outcome<Complete> => {
  const [first] = given;
  if (first === undefined) return fail("signers_missing", { have: 0 });
  const { address, scripts } = first;
  if (given.some((one) => one.address !== address)) {
    return fail("malformed_reply", { why: "two devices name two addresses" });
  }
  const signed: SignedMessage = {
    message,
    scripts,
    leaves: given.flatMap(({ leaves }) => leaves),
    signatures: given.flatMap(({ signatures }) => signatures),
  };
  const signature = format === "legacy" ? completeLegacy(signed) : completeMessage(signed, isFull);
  return signature.ok ? ok({ signature: signature.value, address }) : signature;
};

/** Asks one device after the other until their signatures are enough; each is verified at once. */
const askAll = async (
  request: Request,
  { port: ports, full }: MessageSignOptions,
  output: Output,
): Promise<Outcome<Complete>> => {
  const given: Given[] = [];
  let outcome: Outcome<Complete> = complete(request, given, false);
  for (const port of ports) {
    const one = await askOne(port, request, output);
    if (!one.ok) return one;
    given.push(one.value);
    outcome = complete(request, given, full === true);
    if (outcome.ok) return outcome;
    if (outcome.error !== "signers_missing")
      return fail(outcome.error, { ...outcome.details, port });
  }
  return outcome;
};

/** Signs a message with one device or more, and says the signature. */
export const signMessage = async (
  message: string,
  options: MessageSignOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const request = readRequest(message, options);
  if (!request.ok) return request;
  const signed = await askAll(request.value, options, output);
  if (!signed.ok) return signed;
  const { signature, address } = signed.value;
  output.say({ event: "message", signature, address }, [signature]);
  output.hint(`Signed by ${address}.`);
  return ok(undefined);
};

/** What the user says was signed. */
export interface MessageVerifyOptions {
  readonly address: string;
  readonly signature: string;
}

/** Verifies a signed message, and says what it proves. */
export const verifySigned = (
  message: string,
  { address, signature }: MessageVerifyOptions,
  output: Output,
): Outcome<unknown> => {
  const verified = verifyMessage(message, address, signature);
  if (!verified.ok) return verified;
  const { form, lockTime, sequence, coins } = verified.value;
  output.say({ event: "verified", address, form, lockTime, sequence, coins }, [
    `${address} signed it (${form}).`,
    ...(lockTime === 0 ? [] : [`It counts from lock time ${lockTime}.`]),
    ...(sequence === 0 ? [] : [`It counts from sequence ${sequence}.`]),
    ...coins.map(({ txid, vout, amountSats }) => `${txid}:${vout} ${amountSats} sat`),
  ]);
  return ok(undefined);
};
