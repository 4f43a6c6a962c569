/** `mayfly time` and `custodian time`: the time that people tell a device, which has no clock. */
import { existsSync } from "node:fs";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { SignedTime } from "../../../protocol/time.ts";
import {
  formatSignedTime,
  formatTimeQuestion,
  parseSignedTime,
  parseTimeQuestion,
  signTime,
} from "../../custody/index.ts";
import { withOwnDevice } from "../device.ts";
import { checkFree, readText, writePrivate } from "../files.ts";
import type { Output } from "../output.ts";
import { readPersonKey } from "../person-key.ts";
import { answer, declare, PORT } from "../program.ts";
import { readAll } from "../read-all.ts";

const askNonce = (port: string, output: Output): Promise<Outcome<unknown>> =>
  withOwnDevice(port, async (client): Promise<Outcome<unknown>> => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const reply = await client.getTimeNonce({});
    if (!reply.ok) return reply;
    const { name, bootId } = status.value;
    const question = formatTimeQuestion({ bootId, nonce: reply.value.nonce });
    output.say({ event: "time-nonce", name, nonce: question }, [question]);
    output.hint("Two people answer it, within half an hour: mayfly custodian time NONCE …");
    return ok(undefined);
  });

const readSigned = (file: string): Outcome<SignedTime> => {
  const text = readText(file);
  if (!text.ok) return text;
  const signed = parseSignedTime(text.value);
  return signed.ok ? signed : fail(signed.error, { file });
};

const setTime = (
  port: string,
  files: readonly string[],
  output: Output,
): Promise<Outcome<unknown>> | Outcome<unknown> => {
  const all = readAll(files, readSigned, "statement");
  if (!all.ok) return all;
  return withOwnDevice(port, async (client): Promise<Outcome<unknown>> => {
    for (const [i, signed] of all.value.entries()) {
      const taken = await client.setTime(signed);
      if (!taken.ok) return fail(taken.error, { file: files[i] ?? "", ...taken.details });
    }
    output.say({ event: "time-set", statements: files.length }, [
      `Taken: ${files.length === 1 ? "one statement" : `${files.length} statements`} of the time.`,
    ]);
    return ok(undefined);
  });
};

/** `time`. */
export const timeCommand = () =>
  declare("time", "a device's nonce for the time; with --signed, what people answered to it")
    .requiredOption("--port <port>", PORT)
    .option("--signed <file...>", "what mayfly custodian time wrote")
    .action(({ port, signed }) =>
      answer(async (output) =>
        signed === undefined ? askNonce(port, output) : setTime(port, signed, output),
      ),
    );

/** The line of `mayfly time`, or what `--json` made of it. */
const questionOf = (text: string): string => {
  try {
    const value: unknown = JSON.parse(text);
    const nonce: unknown = typeof value === "object" && value && Reflect.get(value, "nonce");
    return typeof nonce === "string" ? nonce : "";
  } catch {
    return text; // not JSON: the bare line
  }
};

interface SignTimeOptions {
  readonly key: string;
  readonly out: string;
}

const sign = (argument: string, options: SignTimeOptions, output: Output): Outcome<unknown> => {
  const free = checkFree(options.out);
  if (!free.ok) return free;
  const text = argument === "-" || existsSync(argument) ? readText(argument) : ok(argument);
  if (!text.ok) return text;
  const question = parseTimeQuestion(questionOf(text.value.trim()));
  if (!question.ok) return question;
  const key = readPersonKey(options.key, output);
  if (!key.ok) return key;
  const nowMs = Date.now();
  const signed = signTime(question.value, key.value.signing, nowMs);
  const written = writePrivate(options.out, formatSignedTime(signed));
  if (!written.ok) return written;
  const time = new Date(nowMs).toISOString();
  output.say({ event: "signed-time", file: options.out, time }, [
    `${options.out}: it is ${time} by this machine's clock; if that is wrong, delete it.`,
  ]);
  output.hint(`Next: mayfly time --port P --signed ${options.out}`);
  return ok(undefined);
};

/** `custodian time`. */
export const signTimeCommand = () =>
  declare("time", "sign what time it is, for a device that asks by its nonce")
    .argument("<nonce>", "a file, - for standard input, or the line of mayfly time itself")
    .requiredOption("--key <file>", "the person's key")
    .requiredOption("--out <file>", "where the signed statement goes")
    .action((nonce, options) => answer(async (output) => sign(nonce, options, output)));
