/** `mayfly custodian init` and `approve`: the side of the people who hold shares. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { isSame } from "../../../protocol/bytes.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Quote } from "../../../protocol/share.ts";
import {
  approve,
  type CustodianKey,
  ConfirmedQuote,
  formatCustodian,
  formatKeyFile,
  formatShareFile,
  generateCustodianKey,
  type KnownLineage,
  parseQuote,
  parseShareFile,
  publicOf,
  readExpiry,
  type ShareFile,
} from "../../custody/index.ts";
import { checkSigned, isSigned } from "../../manifest/index.ts";
import { fromBase64, toHex } from "../bytes.ts";
import { askCheckWords } from "../check-words.ts";
import { readText, writePrivate } from "../files.ts";
import { mayflyHome } from "../home.ts";
import { openLineage, pinSeen } from "../manifests.ts";
import { type Output, portWords } from "../output.ts";
import { readPersonKey } from "../person-key.ts";
import { answer, badOption, declare, declareGroup } from "../program.ts";
import { signTimeCommand } from "./time.ts";

const init = (out: string, output: Output): Outcome<unknown> => {
  const key = generateCustodianKey();
  const written = writePrivate(out, formatKeyFile(key));
  if (!written.ok) return written;
  const text = formatCustodian(publicOf(key));
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
  /** Not read yet: anything may stand there. */
  readonly expires?: unknown;
}

const parseQuoteText = (text: string): QuoteText => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return { quote: text };
    const [quote, expires]: unknown[] = [
      Reflect.get(value, "quote"),
      Reflect.get(value, "expires"),
    ];
    return typeof quote === "string" ? { quote, expires } : { quote: text };
  } catch {
    return { quote: text }; // not JSON: the bare base64
  }
};

/** A file, standard input, or the quote itself. A bare quote is taken to be fresh. */
const readQuote = (argument: string) => {
  const text = argument === "-" || existsSync(argument) ? readText(argument) : ok(argument);
  if (!text.ok) return text;
  const nowMs = Date.now();
  const latest = new Date(nowMs + LIMITS.quoteLifeMs).toISOString();
  const { quote, expires = latest } = parseQuoteText(text.value.trim());
  const bytes = fromBase64(quote);
  if (bytes === undefined) return fail("quote_malformed");
  const parsed = parseQuote(bytes);
  if (!parsed.ok) return parsed;
  const read = typeof expires === "string" ? readExpiry(expires, nowMs) : fail("quote_malformed");
  return read.ok ? ok({ quote: parsed.value, bytes, expires: read.value }) : read;
};

/** A quote that was made for the custodian's nonce, where the custodian gave one. */
const readOwnQuote = (argument: string, nonce: string | undefined) => {
  const read = readQuote(argument);
  if (!read.ok || nonce === undefined) return read;
  const isOwn = toHex(read.value.quote.nonce) === nonce.toLowerCase();
  return isOwn ? read : badOption("--nonce", "the quote was not made for it");
};

const readShare = (file: string): Outcome<ShareFile> => {
  const text = readText(file);
  if (!text.ok) return text;
  const share = parseShareFile(text.value);
  return share.ok ? share : fail(share.error, { file });
};

/** What a custodian compares with what is known of the device, before it has the share. */
const summary = ({ device, bootKey }: Quote, { context }: ShareFile): string => {
  const bootKeyDigest = createHash("sha256").update(bootKey).digest("hex").slice(0, 16);
  // SLIP-39 counts members from 0, people from 1.
  const share = `member ${context.header.memberIndex + 1} of seed ${toHex(context.fingerprint)}`;
  return `Sealing to ${device}: ${share}, boot key ${bootKeyDigest}`;
};

/** The lineage that the custodian's tool knows, signed to its newest version. */
const readKnown = (
  { manifest: file, givenUp }: ApproveOptions,
  { context: { custodian } }: ShareFile,
  { signing }: CustodianKey,
  output: Output,
): Outcome<KnownLineage | undefined> => {
  if (file === undefined) return ok(undefined);
  const lineage = openLineage(file, output);
  if (!lineage.ok) return lineage;
  const { draft, newest } = lineage.value;
  if (!isSigned(newest)) return fail("signatures_missing", { file, required: newest.required });
  const pinned = pinSeen(lineage.value, output);
  if (!pinned.ok) return fail(pinned.error, { file, ...pinned.details });
  const signed = checkSigned(mayflyHome(), lineage.value, signing.publicKey, givenUp);
  if (!signed.ok) return fail(signed.error, { file, ...signed.details });
  const { name, version, people } = newest.manifest;
  const own = people.find(({ wrappingKey }) => isSame(wrappingKey, custodian));
  if (own === undefined || !isSame(own.signingKey, signing.publicKey)) {
    return fail("signing_key_unlisted", { file, key: toHex(signing.publicKey) });
  }
  output.tell(`Under ${name}, version ${version}, hash ${toHex(newest.hash)}`);
  return ok({ genesis: draft.hash, hash: newest.hash, manifest: newest.manifest });
};

interface ApproveOptions {
  readonly manifest?: string | undefined;
  readonly words?: string | undefined;
  readonly nonce?: string | undefined;
  readonly givenUp?: string | undefined;
  readonly share: string;
  readonly key: string;
  readonly out: string;
}

const approveQuote = async (
  argument: string,
  options: ApproveOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const quote = readOwnQuote(argument, options.nonce);
  if (!quote.ok) return quote;
  const share = readShare(options.share);
  if (!share.ok) return share;
  const key = readPersonKey(options.key, output);
  if (!key.ok) return key;
  const known = readKnown(options, share.value, key.value, output);
  if (!known.ok) return known;
  if (argument === "-" && options.words === "-") return badOption("--words", "the quote is there");
  output.tell(summary(quote.value.quote, share.value));
  const { bytes, expires } = quote.value;
  const { device } = quote.value.quote;
  const confirmed = await askCheckWords(device, options.words, output, (typed) =>
    ConfirmedQuote.of(bytes, typed),
  );
  if (!confirmed.ok) return confirmed;
  const sealed = await approve(confirmed.value, share.value, key.value, known.value);
  if (!sealed.ok) return sealed;
  const written = writePrivate(options.out, formatShareFile(sealed.value, expires));
  if (!written.ok) return written;
  output.say({ event: "sealed-share", file: options.out, expires }, [
    `${options.out}: for ${device} alone, until it reboots or ${expires}.`,
  ]);
  output.hint(`Next: mayfly provision${portWords(device)} --share ${options.out}`);
  return ok(undefined);
};

const approveCommand = () =>
  declare("approve", "seal a share to the device of a quote")
    .argument("<quote>", "a file, - for standard input, or the quote itself")
    .requiredOption("--share <file>", "the custodian's sealed share")
    .requiredOption("--key <file>", "the custodian's key")
    .option("--manifest <lineage>", "the lineage that the share was made under")
    .option("--nonce <hex>", "the nonce that you gave for this quote: it must be in it")
    .option("--given-up <hex>", "the hash of a version that you signed and that is given up")
    .option("--words <from>", "- takes the device's six words from standard input, not a prompt")
    .requiredOption("--out <file>", "where the share sealed to the device goes")
    .action((quote, options) => answer((output) => approveQuote(quote, options, output)));

/** The command and its subcommands. */
export const custodianCommand = () =>
  declareGroup("custodian", "what the people who hold shares do")
    .addCommand(initCommand())
    .addCommand(approveCommand())
    .addCommand(signTimeCommand());
