/** What a transcript holds: everything that crossed a cable, and everything around it. */
import type { Press, Screen } from "../../../../firmware/hal.ts";
import type { CommandName } from "../../../../protocol/commands/registry.ts";
import type { Details, ErrorName } from "../../../../protocol/errors.ts";
import type { Phase } from "../../../../protocol/phase.ts";
import type { CableEvent, Direction } from "../../lines/cable.ts";

/** How a call was answered. */
export type Answer =
  /** CBOR of the wire form. */
  | { readonly ok: true; readonly result: Uint8Array }
  | { readonly ok: false; readonly error: ErrorName; readonly details?: Details };

/** A call, in the place where it was made. */
export interface CallItem {
  readonly what: "call";
  readonly atMs: number;
  /** From 1, in the order in which they were made. */
  readonly number: number;
  readonly name: CommandName;
  /** CBOR of the wire form; secret fields are zeros of their length. */
  readonly params: Uint8Array;
  readonly upload?: Uint8Array;
  /** When the answer came, and what it was; absent while it is waited for. */
  readonly answer?: { readonly atMs: number; readonly outcome: Answer };
}

/** Bytes as they arrived. */
export interface BytesItem {
  readonly what: "bytes";
  readonly atMs: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

/** What became of the cable. */
export interface CableItem {
  readonly what: "cable";
  readonly atMs: number;
  readonly event: CableEvent;
}

/** The device is in another phase, or it booted. */
export interface PhaseItem {
  readonly what: "phase";
  readonly atMs: number;
  readonly phase: Phase;
  /** Of the phases with keys: by what a host knows the device, 32 bytes. */
  readonly linkKey?: Uint8Array;
}

/** One line of a transcript; times are the emulator's clock's. */
export type TranscriptItem =
  | BytesItem
  | CallItem
  | CableItem
  | PhaseItem
  | ({ readonly what: "screen"; readonly atMs: number } & Screen)
  | { readonly what: "press"; readonly atMs: number; readonly press: Press };

/** What was recorded of one emulator. */
export interface Recorded {
  /** What all its chance came from. */
  readonly rngSeed: string;
  readonly name: string;
  /** Items that are gone: a transcript has a limit, and the oldest go first. */
  readonly dropped: () => number;
  readonly items: () => readonly TranscriptItem[];
}
