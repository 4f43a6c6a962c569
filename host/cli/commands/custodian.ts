/** `mayfly custodian init` and `approve`: the side of the people who hold shares. */
import { existsSync } from "node:fs";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import {
  approve,
  formatCustodian,
  formatKeyFile,
  formatShareFile,
  generateCustodianKey,
  parseKeyFile,
  parseQuote,
  parseShareFile,
} from "../../custody/index.ts";
import { fromBase64 } from "../bytes.ts";
import { readText, writePrivate } from "../files.ts";
import type { Output } from "../output.ts";
import { answer, declare, declareGroup } from "../program.ts";

const init = (out: string, output: Output): Outcome<unknown> => {
  const key = generateCustodianKey();
  const written = writePrivate(out, formatKeyFile(key));
  if (!written.ok) return written;
  const text = formatCustodian(key.publicKey);
  output.say({ event: "custodian", public: text }, [text]);
  output.hint(`${out} is the key: keep it to yourself. The line above goes to mayfly genesis.`);
  return ok(undefined);
};

const initCommand = () =>
  declare("init", "make a custodian's key")
    .requiredOption("--out <file>", "where the key goes; keep it to yourself")
    .action((options) => answer(async (output) => init(options.out, output)));

/** What a quote's text says of its own end, where it is the JSON line of `mayfly quote --json`. */
interface QuoteText {
  readonly quote: string;
  readonly expires?: string;
}

const parseQuoteText = (text: string): QuoteText => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return { quote: text };
    const [quote, expires] = [Reflect.get(value, "quote"), Reflect.get(value, "expires")];
    if (typeof quote !== "string") return { quote: text };
    return typeof expires === "string" ? { quote, expires } : { quote };
  } catch {
    return { quote: text }; // not JSON: the bare base64
  }
};

/** A file, standard input, or the quote itself. */
const readQuote = (argument: string) => {
  const text = argument === "-" || existsSync(argument) ? readText(argument) : ok(argument);
  if (!text.ok) return text;
  const { quote, expires } = parseQuoteText(text.value.trim());
  const bytes = fromBase64(quote);
  const parsed = bytes === undefined ? fail("quote_malformed") : parseQuote(bytes);
  if (!parsed.ok) return parsed;
  const latest = new Date(Date.now() + LIMITS.quoteLifeMs).toISOString();
  return ok({ quote: parsed.value, expires: expires ?? latest });
};

interface ApproveOptions {
  readonly share: string;
  readonly key: string;
  readonly out: string;
}

const approveQuote = async (
  argument: string,
  options: ApproveOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const quote = readQuote(argument);
  if (!quote.ok) return quote;
  if (Date.parse(quote.value.expires) < Date.now()) return fail("quote_expired");
  const shareText = readText(options.share);
  if (!shareText.ok) return shareText;
  const share = parseShareFile(shareText.value);
  if (!share.ok) return fail(share.error, { file: options.share });
  const keyText = readText(options.key);
  if (!keyText.ok) return keyText;
  const key = parseKeyFile(keyText.value);
  if (!key.ok) return fail(key.error, { file: options.key });
  const sealed = await approve(quote.value.quote, share.value, key.value);
  if (!sealed.ok) return sealed;
  const { expires } = quote.value;
  const written = writePrivate(options.out, formatShareFile(sealed.value, expires));
  if (!written.ok) return written;
  output.say({ event: "sealed-share", file: options.out, expires }, [
    `${options.out}: for ${quote.value.quote.device} alone, until it reboots or ${expires}.`,
  ]);
  output.hint(`Next: mayfly provision --port ${quote.value.quote.device} --share ${options.out}`);
  return ok(undefined);
};

const approveCommand = () =>
  declare("approve", "seal a share to the device of a quote")
    .argument("<quote>", "a file, - for standard input, or the quote itself")
    .requiredOption("--share <file>", "the custodian's sealed share")
    .requiredOption("--key <file>", "the custodian's key")
    .requiredOption("--out <file>", "where the share sealed to the device goes")
    .action((quote, options) => answer((output) => approveQuote(quote, options, output)));

/** The command and its subcommands. */
export const custodianCommand = () =>
  declareGroup("custodian", "what the people who hold shares do")
    .addCommand(initCommand())
    .addCommand(approveCommand());
