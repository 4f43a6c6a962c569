/** A host that calls what it called before, and compares what it is answered. */
import type { CallOptions, Methods, Reply } from "../../../../host/driver/index.ts";
import { decodeCbor } from "../../../../protocol/cbor/cbor.ts";
import { type CommandName, REGISTRY } from "../../../../protocol/commands/registry.ts";
import { answerLeaves, answerOf } from "./call-text.ts";
import type { CallItem, Recorded } from "./item.ts";
import { callsOf, goneText } from "./replay-device.ts";
import { differing, type FieldTexts, sideBySide } from "./side-by-side.ts";

/** How a host is replayed. */
export interface ReplayHostOptions {
  /**
   * Fields of results that may differ, with what is in them: `bootId` of every command, or
   * `getStatus.bootId` of one.
   */
  readonly ignore?: readonly string[];
  /**
   * What happens before a call and how it is made: a press, a power cut, the words' key that `pair`
   * needs, which no transcript holds.
   */
  readonly before?: (call: CallItem) => CallOptions | undefined | Promise<CallOptions | undefined>;
}

type Taken<N extends CommandName> = Parameters<Methods[N]>[0];

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether these are params of a command, its upload among them. */
const isTaken = <N extends CommandName>(name: N, value: unknown): value is Taken<N> => {
  const { params, upload } = REGISTRY[name];
  if (upload === undefined) return params.check(value);
  if (!isFields(value)) return false;
  const { [upload.name]: bytes, ...rest } = value;
  return bytes instanceof Uint8Array && params.check(rest);
};

const takenOf = ({ name, params, upload }: CallItem): unknown => {
  const declared = REGISTRY[name];
  const decoded = decodeCbor(params);
  const read = decoded.ok ? declared.params.fromWire(decoded.value) : undefined;
  if (declared.upload === undefined || upload === undefined) return read;
  return isFields(read) ? { ...read, [declared.upload.name]: upload } : undefined;
};

const callWith = async <N extends CommandName>(
  client: Methods,
  name: N,
  taken: unknown,
  options: CallOptions | undefined,
): Promise<Reply<N>> => {
  if (!isTaken(name, taken)) throw new Error(`replay: ${name} was recorded with malformed params`);
  return await client[name](taken, options);
};

/** A name or the beginning of a path, behind `result.` or without. */
const isIgnored = (ignore: readonly string[], command: string, field: string): boolean => {
  const path = field.replace(/^result\./, "");
  return ignore.some((one) =>
    [path, `${command}.${path}`].some((own) => own === one || own.startsWith(`${one}.`)),
  );
};

const kept = (leaves: FieldTexts, ignore: readonly string[], name: string): FieldTexts =>
  new Map([...leaves].filter(([field]) => !isIgnored(ignore, name, field)));

const compare = (
  { number, name, answer }: CallItem,
  reply: Reply<CommandName>,
  { ignore = [] }: ReplayHostOptions,
  note: string,
): void => {
  if (answer === undefined) throw new Error(`replay: call ${number} (${name}) was never answered`);
  const wire = reply.ok
    ? ({ ok: true, value: REGISTRY[name].result.toWire(reply.value) } as const)
    : reply;
  const before = kept(answerLeaves(name, answer.outcome), ignore, name);
  const now = kept(answerLeaves(name, answerOf(name, wire)), ignore, name);
  if (differing(before, now).length === 0) return;
  const table = sideBySide(["recorded", "answered now"], before, now);
  throw new Error(`replay: call ${number} (${name}) is answered otherwise${note}\n${table}`);
};

/**
 * Makes the recorded calls, one after the other, and resolves to how many they were. Throws at the
 * first that is answered otherwise than it was, both answers side by side.
 */
export const replayHost = async (
  recorded: Recorded,
  client: Methods,
  options: ReplayHostOptions = {},
): Promise<number> => {
  const calls = callsOf(recorded);
  for (const call of calls) {
    const how = await options.before?.(call);
    const reply = await callWith(client, call.name, takenOf(call), how);
    compare(call, reply, options, goneText(recorded));
  }
  return calls.length;
};
