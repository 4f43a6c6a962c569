/** What a trace tells: facts about bytes that crossed a line, and never what a record holds. */
import type { FrameType } from "../../protocol/frame/frame.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import type { SessionPattern } from "../../protocol/session/binding.ts";

/** From the host's side: `in` came from the device. */
export type Direction = "in" | "out";

/** Where and when; milliseconds since the trace began. */
interface Place {
  readonly atMs: number;
  readonly direction: Direction;
}

/** What becomes of a good frame, where that is not the usual. */
export type FrameFate =
  /** It has its own direction: the line sends back what it was given. */
  | "echo"
  /** Of another link than the one that is up. */
  | "stale"
  /** DATA that came before. */
  | "repeated"
  /** DATA with others missing before it. */
  | "early";

/** A frame that passed its checks. */
export interface FrameItem extends Place {
  readonly kind: "frame";
  readonly type: FrameType;
  readonly flags: readonly string[];
  readonly epoch: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly channel: number;
  /** Of its payload. */
  readonly bytes: number;
  readonly fate?: FrameFate;
  /** Of HELLO and HELLO_ACK, where it can be read: what a side says of itself. */
  readonly greeting?: Omit<Hello, "nonce" | "bootId"> & { readonly bootId?: string };
}

/** A piece of the line that was no frame. */
export interface DroppedItem extends Place {
  readonly kind: "dropped";
  readonly why: "check" | "header" | "partial";
  readonly bytes: number;
}

/** A record whose frames have all come. */
export interface RecordItem extends Place {
  readonly kind: "record";
  readonly channel: number;
  readonly says:
    | { readonly is: "handshake"; readonly pattern: SessionPattern; readonly counter: number }
    | { readonly is: "refusal"; readonly counter: number }
    | { readonly is: "transport" }
    | { readonly is: "malformed" };
  readonly bytes: number;
}

/** What the line as a whole looks like. */
export interface NoteItem extends Place {
  readonly kind: "note";
  readonly says: "loopback" | "noise";
}

/** A call that the tracing program itself has made. */
export interface CallItem {
  readonly kind: "call";
  /** When its outcome came. */
  readonly atMs: number;
  readonly name: string;
  readonly id: number;
  readonly ms: number;
  /** `ok`, or an error's name. */
  readonly outcome: string;
}

/** An item that comes of the line's bytes. */
export type LineItem = FrameItem | DroppedItem | RecordItem | NoteItem;

/** One line of a trace. */
export type TraceItem = LineItem | CallItem;
