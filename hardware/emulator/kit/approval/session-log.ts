/**
 * A session at `mayfly emulate --approve ask` that was written down: its lines on standard output
 * and, among them or not, the presses that went in.
 */
import type { Press, Screen, ScreenKind } from "../../../../firmware/hal.ts";
import { type Fields, isTexts, oneOf, parseFields } from "../../process/json.ts";
import type { RecordedAnswer, Recording } from "./replay.ts";

/** All kinds of screens. */
export const SCREEN_KINDS = [
  "pairing-code",
  "check-words",
  "address",
  "transaction",
  "message",
  "manifest",
  "status",
] as const satisfies readonly ScreenKind[];

/** What a display shows while nothing is asked. */
const IDLE: readonly ScreenKind[] = ["status", "pairing-code", "check-words"];

/** A screen as JSON has it. */
export const screenOf = ({ kind, lines }: Fields): Screen | undefined => {
  const known = oneOf(SCREEN_KINDS, kind);
  return known === undefined || !isTexts(lines) ? undefined : { kind: known, lines };
};

/** Whether a line shows a question. */
export const isQuestion = (fields: Fields): boolean => {
  const screen = fields["event"] === "screen" ? screenOf(fields) : undefined;
  return screen !== undefined && !IDLE.includes(screen.kind);
};

type Item =
  | { readonly kind: "screen"; readonly screen: Screen }
  | { readonly kind: "pressed"; readonly press: Press; readonly atMs: number }
  | { readonly kind: "typed"; readonly press: Press };

const itemOf = (fields: Fields): Item | undefined => {
  const { event, atMs } = fields;
  const press = oneOf(["yes", "no"], fields["press"]);
  if (event === "screen") {
    const screen = screenOf(fields);
    return screen === undefined ? undefined : { kind: "screen", screen };
  }
  if (press === undefined) return undefined;
  if (event === undefined) return { kind: "typed", press };
  if (event !== "pressed" || typeof atMs !== "number") return undefined;
  return { kind: "pressed", press, atMs };
};

/** The device of the lines: the one that is told, or the first that shows something. */
const nameIn = (all: readonly Fields[]): unknown =>
  all.find(({ event }) => event === "screen")?.["name"];

/** Answers question after question; a question that another screen follows had no press. */
const createSession = () => {
  const recording: RecordedAnswer[] = [];
  let open: Screen | undefined;
  const close = (press: RecordedAnswer["press"], atMs: number): void => {
    if (open !== undefined) recording.push({ screen: open, press, atMs });
    open = undefined;
  };
  return {
    recording,
    close,
    show: (screen: Screen): void => {
      close("wait", 0);
      if (!IDLE.includes(screen.kind)) open = screen;
    },
  };
};

/**
 * Reads such lines; others among them say nothing. Where the emulator says itself what was pressed
 * (`pressed`) that counts, with its time; else each press that was typed answers the question shown
 * last, at once. One device: the first of the lines, or the one that is named.
 */
export const recordingOf = (lines: Iterable<string>, name?: string): Recording => {
  const all = [...lines].map(parseFields).filter((fields) => fields !== undefined);
  const wanted = name ?? nameIn(all);
  const items = all.filter((one) => one["name"] === wanted).flatMap((one) => itemOf(one) ?? []);
  const isTold = items.some(({ kind }) => kind === "pressed");
  const { recording, show, close } = createSession();
  for (const item of items) {
    if (item.kind === "screen") show(item.screen);
    else if (item.kind === "pressed") close(item.press, item.atMs);
    else if (!isTold) close(item.press, 0);
  }
  close("wait", 0);
  return recording;
};
