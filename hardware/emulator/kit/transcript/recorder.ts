/** Writes an emulator's transcript, as things happen. */
import type { Screen } from "../../../../firmware/hal.ts";
import type { SeenCall, WireOutcome } from "../../../../host/driver/index.ts";
import type { Phase } from "../../../../protocol/phase.ts";
import type { Cable } from "../../lines/cable.ts";
import { answerOf, askedOf } from "./call-text.ts";
import type { CallItem, TranscriptItem } from "./item.ts";
import { asTranscript, type Transcript } from "./transcript.ts";

/** Bytes of all items before the oldest go: a thousand calls, or a PSBT of 20,000 inputs. */
const TRANSCRIPT_BYTES = 1 << 24;
/** What an item takes besides its bytes. */
const ITEM_BYTES = 64;

/** What of the device itself is looked at. */
export interface Looked {
  readonly phase: Phase;
  readonly linkKey: Uint8Array | undefined;
}

/** What a recorder is made of. */
export interface RecorderOptions {
  readonly rngSeed: string;
  readonly name: string;
  readonly cable: Cable;
  readonly nowMs: () => number;
  /** `undefined` before the first boot. */
  readonly look: () => Looked | undefined;
  readonly limitBytes?: number;
}

/** Writes a transcript. */
export interface Recorder {
  readonly transcript: Transcript;
  readonly screen: (screen: Screen) => void;
  readonly press: (press: "yes" | "no") => void;
  /** The device may be in another phase; where `isBoot`, it is told though it may not. */
  readonly look: (isBoot?: boolean) => void;
  /** A call on its way to the device. */
  readonly call: (seen: SeenCall, carry: () => Promise<WireOutcome>) => Promise<WireOutcome>;
}

const sizeOf = (item: TranscriptItem): number => {
  if (item.what === "bytes") return ITEM_BYTES + item.bytes.length;
  if (item.what !== "call") return ITEM_BYTES;
  const { params, upload, answer } = item;
  const result = answer?.outcome.ok === true ? answer.outcome.result.length : 0;
  return ITEM_BYTES + params.length + (upload?.length ?? 0) + result;
};

/** Items up to a limit. */
const createItems = (limitBytes: number) => {
  let items: TranscriptItem[] = [];
  let [first, dropped, held] = [0, 0, 0];
  const trim = (): void => {
    for (let item = items[first]; held > limitBytes && item !== undefined; item = items[first]) {
      held -= sizeOf(item);
      first += 1;
      dropped += 1;
    }
    if (first * 2 <= items.length) return;
    items = items.slice(first);
    first = 0;
  };
  return {
    add: (item: TranscriptItem): void => {
      items.push(item);
      held += sizeOf(item);
      trim();
    },
    /** Puts an item in the place of one that may be gone by now. */
    change: (before: TranscriptItem, item: TranscriptItem): void => {
      const place = items.lastIndexOf(before);
      if (place < first) return;
      items[place] = item;
      held += sizeOf(item) - sizeOf(before);
      trim();
    },
    all: () => items.slice(first),
    dropped: () => dropped,
  };
};

/** Microseconds are the finest that is told. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

type WithoutTime<T> = T extends TranscriptItem ? Omit<T, "atMs"> : never;

const isSameKey = (a: Looked | undefined, b: Looked): boolean =>
  a?.linkKey?.toHex() === b.linkKey?.toHex();

/** A recorder that begins now. */
export const createRecorder = (options: RecorderOptions): Recorder => {
  const { rngSeed, name, cable, nowMs, limitBytes = TRANSCRIPT_BYTES } = options;
  const items = createItems(limitBytes);
  const atMs = (): number => rounded(nowMs());
  let [number, seen]: [number, Looked | undefined] = [0, undefined];
  const look = (isBoot = false): void => {
    const now = options.look();
    if (now === undefined) return;
    if (!isBoot && seen?.phase === now.phase && isSameKey(seen, now)) return;
    seen = now;
    const { phase, linkKey } = now;
    items.add({ what: "phase", atMs: atMs(), phase, ...(linkKey ? { linkKey } : {}) });
  };
  const add = (item: WithoutTime<Exclude<TranscriptItem, CallItem>>): void => {
    look();
    items.add({ ...item, atMs: atMs() });
  };
  cable.tap((direction, bytes) => add({ what: "bytes", direction, bytes: bytes.slice() }));
  cable.watch((event) => add({ what: "cable", event }));
  return {
    transcript: asTranscript({ rngSeed, name, items: items.all, dropped: items.dropped }),
    screen: (screen) => add({ what: "screen", ...screen }),
    press: (press) => add({ what: "press", press }),
    look,
    call: async (call, carry) => {
      look();
      number += 1;
      const item: CallItem = { what: "call", atMs: atMs(), number, ...askedOf(call) };
      items.add(item);
      const outcome = await carry();
      const answer = { atMs: atMs(), outcome: answerOf(call.name, outcome) };
      items.change(item, { ...item, answer });
      return outcome;
    },
  };
};
