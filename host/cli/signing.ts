/** Signatures of one or more devices into a PSBT: the work of `mayfly sign`. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { decodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import { type AddedSignature, type Combiner, readPsbt, uploadForm } from "../vault/index.ts";
import type { Client } from "../driver/index.ts";
import { fromHex, toHex } from "./bytes.ts";
import { withOwnDevice } from "./device.ts";
import { checkFree, readBytes, writeResult } from "./files.ts";
import type { Output } from "./output.ts";
import { badOption } from "./program.ts";
import { createProgress } from "./progress.ts";

/** What the user chose. */
export interface SignOptions {
  readonly port: readonly string[];
  readonly wallet?: string | undefined;
  readonly out?: string | undefined;
  /** What is in `out` may go. */
  readonly force?: true | undefined;
}

/** What is signed, and for which wallet where the user named one. */
interface Subject {
  readonly psbt: Combiner;
  readonly walletId: Uint8Array | undefined;
}

const readFile = (file: string): Outcome<Combiner> => {
  const bytes = readBytes(file);
  if (!bytes.ok) return bytes;
  const psbt = readPsbt(bytes.value);
  return psbt.ok ? psbt : fail(psbt.error, { ...psbt.details, file });
};

/** Adds a device's signatures, unless they are bad, fewer than its wallet's inputs, or none. */
const addAll = (
  psbt: Combiner,
  fingerprint: string,
  records: readonly SignatureRecord[],
): Outcome<readonly AddedSignature[], "signature_invalid"> => {
  const positions = new Set(records.map(({ input }) => input));
  const inputs = psbt.countBeside(fingerprint, positions);
  const signed = positions.size;
  return signed > 0 && signed === inputs
    ? psbt.add(fingerprint, records)
    : fail("signature_invalid", { signed, inputs });
};

/** The call itself; how far it has come is told by the device's own name. */
const callWith = async (
  client: Client,
  { psbt, walletId }: Subject,
  device: string,
  output: Output,
): ReturnType<Client["signPsbt"]> => {
  const bytes = uploadForm(psbt.bytes());
  const params = walletId === undefined ? { psbt: bytes } : { psbt: bytes, walletId };
  const { onProgress, end } = createProgress(output, device, { device });
  const reply = await client.signPsbt(params, { onProgress });
  end();
  return reply;
};

const signWith = (port: string, subject: Subject, output: Output) =>
  withOwnDevice(port, async (client) => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const { name: device, fingerprint } = status.value;
    const reply = await callWith(client, subject, device, output);
    if (!reply.ok) return fail(reply.error, { ...reply.details, device });
    if (fingerprint === undefined) return fail("wrong_phase", { device });
    const records = decodeRecords(reply.value.signatures);
    const added = records.ok ? addAll(subject.psbt, toHex(fingerprint), records.value) : records;
    return added.ok ? added : fail(added.error, { ...added.details, device });
  });

/** What the devices gave, and the refusal of the one that ended it. */
interface Signed {
  readonly signatures: readonly AddedSignature[];
  readonly end: Outcome<unknown>;
}

/** Asks the devices one after the other; the first that refuses ends it. */
const signWithAll = async (
  ports: readonly string[],
  subject: Subject,
  output: Output,
): Promise<Signed> => {
  const signatures: AddedSignature[] = [];
  for (const port of ports) {
    const added = await signWith(port, subject, output);
    if (!added.ok) return { signatures, end: added };
    signatures.push(...added.value);
  }
  return { signatures, end: ok(undefined) };
};

const tally = (count: number, complete: boolean): string =>
  `${count} signatures added, ${complete ? "complete" : "more are needed"}.`;

/** Everything that can be refused before anyone is asked to press. */
const readSubject = (file: string, { wallet, out, force }: SignOptions): Outcome<Subject> => {
  const walletId = wallet === undefined ? undefined : fromHex(wallet);
  if (wallet !== undefined && walletId?.length !== 32) {
    return badOption("--wallet", "not 64 hex digits");
  }
  const psbt = readFile(file);
  if (!psbt.ok) return psbt;
  const free = out === undefined || force === true ? ok(undefined) : checkFree(out);
  return free.ok ? ok({ psbt: psbt.value, walletId }) : free;
};

/** Reads the PSBT, asks the devices, says and writes what came of it. */
export const sign = async (
  file: string,
  options: SignOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const began = performance.now();
  const { port, out, force } = options;
  const subject = readSubject(file, options);
  if (!subject.ok) return subject;
  const { psbt } = subject.value;
  const { signatures, end } = await signWithAll(port, subject.value, output);
  // One that refuses must not cost the others' signatures: a person may have pressed for them.
  if (!end.ok && signatures.length === 0) return end;
  const text = Buffer.from(psbt.bytes()).toString("base64");
  const written = out === undefined ? ok(undefined) : writeResult(out, `${text}\n`, force === true);
  const complete = psbt.finalise().ok;
  const ms = Math.round(performance.now() - began);
  const told = tally(signatures.length, complete);
  // A file that cannot be written must not cost the signatures.
  const isFiled = out !== undefined && written.ok;
  const line = isFiled ? `${out}: ${told}` : text;
  output.say({ event: "signed", psbt: text, complete, signatures, receipts: [], ms }, [line]);
  if (!isFiled) output.hint(told);
  return end.ok ? written : end;
};
