/** A transcript for people: one line per item. */
import { answerView, askedView } from "./call-text.ts";
import type { CallItem, TranscriptItem } from "./item.ts";

const TIME_COLUMNS = 10;
/** Bytes of a piece that are shown: a frame's head and a little more. */
const SHOWN_BYTES = 24;

const WAYS = { toDevice: "-> device", toHost: "-> host  " } as const;

const callText = (item: CallItem): string => {
  const { number, name, answer } = item;
  const { params, upload } = { upload: undefined, ...askedView(item) };
  const asked = `call ${number}: ${name} ${JSON.stringify(params)}`;
  const beside = upload === undefined ? "" : ` with ${upload}`;
  if (answer === undefined) return `${asked}${beside}: no answer`;
  const { outcome, atMs } = answer;
  const said = JSON.stringify(answerView(name, outcome));
  return `${asked}${beside}: ${outcome.ok ? "ok" : "refused"} ${said} at ${atMs} ms`;
};

const bytesText = (bytes: Uint8Array): string => {
  const more = bytes.length > SHOWN_BYTES ? "…" : "";
  return `${bytes.length} bytes ${bytes.subarray(0, SHOWN_BYTES).toHex()}${more}`;
};

const sayingOf = (item: TranscriptItem): string => {
  switch (item.what) {
    case "bytes":
      return `${WAYS[item.direction]} ${bytesText(item.bytes)}`;
    case "call":
      return callText(item);
    case "screen":
      return `screen ${item.kind}: ${item.lines.map((line) => JSON.stringify(line)).join(" ")}`;
    case "press":
      return `press ${item.press}`;
    case "phase":
      return `phase ${item.phase}`;
    case "cable":
      return `cable ${item.event}`;
  }
};

/** One line, the time in milliseconds first. */
export const itemText = (item: TranscriptItem): string =>
  `${item.atMs.toFixed(1).padStart(TIME_COLUMNS)}  ${sayingOf(item)}`;
