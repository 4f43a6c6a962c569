/** An item as people read it, and as an event for programs. */
import type { CallItem, FrameItem, LineItem, RecordItem, TraceItem } from "./item.ts";

const TIME_COLUMNS = 10;

const hex4 = (value: number): string => value.toString(16).padStart(4, "0");

const TYPE_NAMES: Readonly<Record<FrameItem["type"], string>> = {
  hello: "HELLO",
  helloAck: "HELLO_ACK",
  data: "DATA",
  ack: "ACK",
  nak: "NAK",
  ping: "PING",
  pong: "PONG",
  reset: "RESET",
};

const FATES: Readonly<Record<NonNullable<FrameItem["fate"]>, string>> = {
  echo: "our own, come back",
  stale: "of another link",
  repeated: "had before",
  early: "others are missing before it",
};

const DROPS = {
  check: "fails its check",
  header: "its header means nothing",
  partial: "its end did not come in time",
} as const;

const NOTES = {
  loopback: "the line returns our own bytes: it is looped back",
  noise: "bytes come, but no frames among them: is the baud rate right?",
} as const;

const greetingText = (greeting: NonNullable<FrameItem["greeting"]>): string => {
  const { oldest, newest, frameLimit, suites, features, phase } = greeting;
  const versions = oldest === newest ? `version ${newest}` : `versions ${oldest} to ${newest}`;
  const words = [versions, `frames of ${frameLimit}`, ...suites, ...features];
  return [...words, ...(phase === undefined ? [] : [phase])].join(", ");
};

const frameText = (item: FrameItem): string => {
  const { type, flags, epoch, seq, ack, window, channel, bytes, fate, greeting } = item;
  const data = type === "data" ? [`ch ${channel}`, `seq ${seq}`] : [];
  const words = [
    TYPE_NAMES[type].padEnd(9),
    `epoch ${hex4(epoch)}`,
    ...data,
    `ack ${ack}`,
    `window ${window}`,
    `${bytes} bytes`,
    ...(greeting === undefined ? [] : [greetingText(greeting)]),
    ...(flags.length === 0 ? [] : [`[${flags.join(" ")}]`]),
    ...(fate === undefined ? [] : [`(${FATES[fate]})`]),
  ];
  return words.join("  ");
};

const recordText = ({ channel, says, bytes }: RecordItem): string => {
  const head = `record     ch ${channel}  `;
  switch (says.is) {
    case "handshake":
      return `${head}handshake ${says.pattern}, counter ${says.counter}, ${bytes} bytes`;
    case "refusal":
      return `${head}refused, counter ${says.counter}`;
    case "transport":
      return `${head}transport, ${bytes} bytes`;
    case "malformed":
      return `${head}malformed, ${bytes} bytes`;
  }
};

const callText = ({ name, id, ms, outcome }: CallItem): string =>
  `call ${id}: ${name}: ${outcome} in ${ms} ms`;

const lineText = (item: LineItem): string => {
  switch (item.kind) {
    case "frame":
      return frameText(item);
    case "record":
      return recordText(item);
    case "dropped":
      return `dropped    ${item.bytes} bytes: ${DROPS[item.why]}`;
    case "note":
      return `note       ${NOTES[item.says]}`;
  }
};

/** One line: the time in milliseconds, the direction, what it is. */
export const itemText = (item: TraceItem): string => {
  const time = item.atMs.toFixed(1).padStart(TIME_COLUMNS);
  if (item.kind === "call") return `${time}       ${callText(item)}`;
  return `${time}  ${item.direction.padEnd(3)}  ${lineText(item)}`;
};

/** One flat object with an `event`. */
export const itemEvent = (
  item: TraceItem,
): { readonly event: string } & Readonly<Record<string, unknown>> => {
  const { kind, ...rest } = item;
  if (item.kind !== "record") return { event: kind, ...rest };
  const { is, ...said } = item.says;
  const { says: _, ...flat } = { ...item };
  const { kind: event, ...facts } = flat;
  return { event, ...facts, is, ...said };
};
