/** What an emulator's process prints, read line by line: JSON with an `event`. */
import { type Failure, fail, isErrorName } from "../../protocol/errors.ts";

/** What an emulator said when its port was ready. */
export interface Listening {
  readonly event: "listening";
  readonly name: string;
  readonly path: string;
  readonly pid: number;
  readonly phase: string;
  readonly fingerprint: string | null;
  /** Its link key in hex, if it holds keys already. */
  readonly linkKey: string | null;
}

/** A phase that followed another, and the link key in it. */
export interface PhaseNews {
  readonly event: "phase";
  readonly name: string;
  readonly phase: string;
  readonly linkKey: string | null;
}

/** A screen that was shown. */
export interface ShownScreen {
  readonly event: "screen";
  readonly name: string;
  readonly kind: string;
  readonly lines: readonly string[];
}

/** A question was answered at the buttons, so long after it was shown. */
export interface Pressed {
  readonly event: "pressed";
  readonly name: string;
  readonly press: string;
  readonly atMs: number;
}

/** A question that no rule was made for, and nobody pressed. */
export interface Unmatched {
  readonly event: "unmatched";
  readonly name: string;
  readonly kind: string;
  readonly lines: readonly string[];
  /** Where a recording went another way: both screens, side by side. */
  readonly difference: string | null;
}

/** How far the rules or the recording came, and which of them have not been of use yet. */
export interface ApprovalState {
  readonly event: "approval";
  readonly name: string;
  readonly progress: readonly number[];
  readonly unused: readonly string[];
}

/** Everything was wiped, and the process stays, as it was told. */
export interface Wiped {
  readonly event: "wiped";
  readonly name: string;
  readonly reason: string;
  readonly pid: number;
}

/** An event of an emulator's process. */
export type EmulatorEvent =
  | Listening
  | ShownScreen
  | PhaseNews
  | Pressed
  | Unmatched
  | ApprovalState
  | { readonly event: "failed"; readonly failure: Failure }
  | Wiped
  | { readonly event: "ended"; readonly reason: string };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const keyOf = (linkKey: unknown): string | null =>
  typeof linkKey === "string" && /^[0-9a-f]{64}$/.test(linkKey) ? linkKey : null;

const phaseOf = ({ name, phase, linkKey }: Fields): PhaseNews | undefined =>
  typeof name === "string" && typeof phase === "string"
    ? { event: "phase", name, phase, linkKey: keyOf(linkKey) }
    : undefined;

const listeningOf = ({
  name,
  path,
  pid,
  phase,
  fingerprint,
  linkKey,
}: Fields): Listening | undefined => {
  if (typeof name !== "string" || typeof path !== "string") return undefined;
  if (typeof pid !== "number" || typeof phase !== "string") return undefined;
  const shown = typeof fingerprint === "string" ? fingerprint : null;
  const key = keyOf(linkKey);
  return { event: "listening", name, path, pid, phase, fingerprint: shown, linkKey: key };
};

const screenOf = ({ name, kind, lines }: Fields): ShownScreen | undefined =>
  typeof name === "string" && typeof kind === "string" && isTexts(lines)
    ? { event: "screen", name, kind, lines }
    : undefined;

const pressedOf = ({ name, press, atMs }: Fields): Pressed | undefined =>
  typeof name === "string" && typeof press === "string" && typeof atMs === "number"
    ? { event: "pressed", name, press, atMs }
    : undefined;

const unmatchedOf = (fields: Fields): Unmatched | undefined => {
  const screen = screenOf(fields);
  if (screen === undefined) return undefined;
  const { difference } = fields;
  const said = typeof difference === "string" ? difference : null;
  return { ...screen, event: "unmatched", difference: said };
};

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => typeof one === "number");

const approvalOf = ({ name, progress, unused }: Fields): ApprovalState | undefined =>
  typeof name === "string" && isNumbers(progress) && isTexts(unused)
    ? { event: "approval", name, progress, unused }
    : undefined;

const wipedOf = ({ name, reason, pid }: Fields): Wiped | undefined =>
  typeof name === "string" && typeof reason === "string" && typeof pid === "number"
    ? { event: "wiped", name, reason, pid }
    : undefined;

const failureOf = ({ error, details }: Fields): EmulatorEvent => {
  const name = typeof error === "string" && isErrorName(error) ? error : "emulator_failed";
  const texts = isFields(details) ? Object.entries(details) : [];
  const facts = Object.fromEntries(texts.map(([key, one]) => [key, String(one)]));
  return { event: "failed", failure: fail(name, facts) };
};

const eventOf = (fields: Fields): EmulatorEvent | undefined => {
  switch (fields["event"]) {
    case "listening":
      return listeningOf(fields);
    case "screen":
      return screenOf(fields);
    case "phase":
      return phaseOf(fields);
    case "pressed":
      return pressedOf(fields);
    case "unmatched":
      return unmatchedOf(fields);
    case "approval":
      return approvalOf(fields);
    case "failed":
      return failureOf(fields);
    case "wiped":
      return wipedOf(fields);
    case "ended": {
      const { reason } = fields;
      return typeof reason === "string" ? { event: "ended", reason } : undefined;
    }
    default:
      return undefined;
  }
};

/** Reads a line; `undefined` where it is no event. */
export const readEmulatorEvent = (line: string): EmulatorEvent | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? eventOf(value) : undefined;
  } catch {
    return undefined; // not JSON: not ours
  }
};
