/** A transcript as JSON, and read back: whatever does not fit is refused by its place. */
import type { Press, Screen } from "../../../../firmware/hal.ts";
import { isHex } from "../../../../protocol/bytes.ts";
import { isCommandName } from "../../../../protocol/commands/registry.ts";
import { type Details, isErrorName } from "../../../../protocol/errors.ts";
import { PHASES } from "../../../../protocol/phase.ts";
import type { CableEvent, Direction } from "../../lines/cable.ts";
import { answerView, askedView } from "./call-text.ts";
import type { Answer, CallItem, Recorded, TranscriptItem } from "./item.ts";

/** The version of the JSON; another is not read. */
export const TRANSCRIPT_VERSION = 1;

/** A transcript in JSON. */
export interface TranscriptJson {
  readonly transcript: typeof TRANSCRIPT_VERSION;
  readonly rngSeed: string;
  readonly name: string;
  readonly dropped: number;
  readonly items: readonly Fields[];
}

type Fields = Readonly<Record<string, unknown>>;

const answerJson = (name: CallItem["name"], answer: Answer): Fields =>
  answer.ok
    ? { ok: true, result: answer.result.toHex(), shown: answerView(name, answer) }
    : { ...answer };

const callJson = ({ params, upload, answer, ...item }: CallItem): Fields => ({
  ...item,
  params: params.toHex(),
  ...(upload === undefined ? {} : { upload: upload.toHex() }),
  shown: askedView({ name: item.name, params }).params,
  ...(answer === undefined
    ? {}
    : { answer: { atMs: answer.atMs, ...answerJson(item.name, answer.outcome) } }),
});

const fieldsOf = (item: TranscriptItem): Fields => {
  switch (item.what) {
    case "bytes":
      return { ...item, bytes: item.bytes.toHex() };
    case "call":
      return callJson(item);
    case "phase":
      return { ...item, ...(item.linkKey === undefined ? {} : { linkKey: item.linkKey.toHex() }) };
    default:
      return { ...item };
  }
};

/** In one order, whoever wrote the item: the same life gives the same text. */
const itemJson = (item: TranscriptItem): Fields => ({
  what: item.what,
  atMs: item.atMs,
  ...fieldsOf(item),
});

/** All of it. */
export const transcriptJson = ({ rngSeed, name, dropped, items }: Recorded): TranscriptJson => ({
  transcript: TRANSCRIPT_VERSION,
  rngSeed,
  name,
  dropped: dropped(),
  items: items().map(itemJson),
});

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const isHexText = (value: unknown): value is string => typeof value === "string" && isHex(value);

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((one) => one === value);

const DIRECTIONS: readonly Direction[] = ["toDevice", "toHost"];
const PRESSES: readonly Press[] = ["yes", "no"];
const CABLE_EVENTS: readonly CableEvent[] = [
  "attached",
  "detached",
  "hung-up",
  "unplugged",
  "plugged",
];
const SCREENS: readonly Screen["kind"][] = [
  "pairing-code",
  "check-words",
  "address",
  "transaction",
  "message",
  "manifest",
  "status",
];

type Read<W extends TranscriptItem["what"]> = Extract<TranscriptItem, { what: W }> | undefined;

const bytesOf = (atMs: number, { direction, bytes }: Fields): Read<"bytes"> => {
  const way = oneOf(DIRECTIONS, direction);
  if (way === undefined || !isHexText(bytes)) return undefined;
  return { what: "bytes", atMs, direction: way, bytes: Uint8Array.fromHex(bytes) };
};

const isDetails = (value: unknown): value is Details =>
  isFields(value) &&
  Object.values(value).every((one) => typeof one === "string" || typeof one === "number");

const outcomeOf = ({ ok, result, error, details }: Fields): Answer | undefined => {
  if (ok === true)
    return isHexText(result) ? { ok, result: Uint8Array.fromHex(result) } : undefined;
  if (ok !== false || typeof error !== "string" || !isErrorName(error)) return undefined;
  if (details === undefined) return { ok, error };
  return isDetails(details) ? { ok, error, details } : undefined;
};

const answerOf = (answer: unknown): Pick<CallItem, "answer"> | undefined => {
  if (answer === undefined) return {};
  if (!isFields(answer) || !isTime(answer["atMs"])) return undefined;
  const outcome = outcomeOf(answer);
  return outcome && { answer: { atMs: answer["atMs"], outcome } };
};

const callOf = (atMs: number, fields: Fields): Read<"call"> => {
  const { number, name, params, upload, answer } = fields;
  const answered = answerOf(answer);
  const isNamed = typeof name === "string" && isCommandName(name);
  if (answered === undefined || !isCount(number) || !isNamed || !isHexText(params))
    return undefined;
  const call = { what: "call", atMs, number, name, params: Uint8Array.fromHex(params) } as const;
  if (upload === undefined) return { ...call, ...answered };
  return isHexText(upload)
    ? { ...call, upload: Uint8Array.fromHex(upload), ...answered }
    : undefined;
};

const screenOf = (atMs: number, { kind, lines }: Fields): Read<"screen"> => {
  const known = oneOf(SCREENS, kind);
  const isText = (line: unknown): line is string => typeof line === "string";
  if (known === undefined || !Array.isArray(lines) || !lines.every(isText)) return undefined;
  return { what: "screen", atMs, kind: known, lines };
};

const phaseOf = (atMs: number, { phase, linkKey }: Fields): Read<"phase"> => {
  const known = oneOf(PHASES, phase);
  if (known === undefined) return undefined;
  if (linkKey === undefined) return { what: "phase", atMs, phase: known };
  if (!isHexText(linkKey)) return undefined;
  return { what: "phase", atMs, phase: known, linkKey: Uint8Array.fromHex(linkKey) };
};

const pressOf = (atMs: number, { press }: Fields): Read<"press"> => {
  const known = oneOf(PRESSES, press);
  return known && { what: "press", atMs, press: known };
};

const cableOf = (atMs: number, { event }: Fields): Read<"cable"> => {
  const known = oneOf(CABLE_EVENTS, event);
  return known && { what: "cable", atMs, event: known };
};

const READERS = {
  bytes: bytesOf,
  call: callOf,
  screen: screenOf,
  phase: phaseOf,
  press: pressOf,
  cable: cableOf,
} as const;

const isWhat = (what: unknown): what is keyof typeof READERS =>
  typeof what === "string" && Object.hasOwn(READERS, what);

const itemOf = (value: unknown): TranscriptItem | undefined => {
  if (!isFields(value) || !isWhat(value["what"]) || !isTime(value["atMs"])) return undefined;
  return READERS[value["what"]](value["atMs"], value);
};

const headOf = (json: unknown) => {
  if (!isFields(json)) throw new Error("a transcript is an object, as toJSON() makes it");
  const { transcript, rngSeed, name, dropped, items } = json;
  if (transcript !== TRANSCRIPT_VERSION) {
    const version = JSON.stringify(transcript);
    throw new Error(`a transcript of version ${TRANSCRIPT_VERSION} is read here, not ${version}`);
  }
  const isNamed = typeof rngSeed === "string" && typeof name === "string";
  if (!isNamed || !isCount(dropped) || !Array.isArray(items)) {
    throw new Error("a transcript has rngSeed, name, dropped and items");
  }
  return { rngSeed, name, dropped, items };
};

/** Reads a transcript's JSON; throws where it is none, and says where. */
export const recordedOf = (json: unknown): Recorded => {
  const { rngSeed, name, dropped, items } = headOf(json);
  const read = items.map((value: unknown, i) => {
    const item = itemOf(value);
    if (item === undefined) throw new Error(`the transcript's item ${i} is malformed`);
    return item;
  });
  return { rngSeed, name, dropped: () => dropped, items: () => read };
};
