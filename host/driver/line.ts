/** A line to a signer: what the driver needs of a serial port, a pty or a cable in memory. */
import type { ErrorName, Outcome } from "../../protocol/errors.ts";

/** An open line. Nothing here throws or rejects, also after a hang-up. */
export interface Line {
  /** Bytes of payload and frames under way that suit it; those of a UART unless told. */
  readonly frameLimit?: number;
  readonly window?: number;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
  readonly onClose: (action: () => void) => void;
  /** Why it is closed, where whoever has the port turned it away; `undefined` for a hang-up. */
  readonly refusal?: () => LineError | undefined;
  readonly close: () => Promise<void>;
}

/** Why a line does not open. */
export type LineError = Extract<
  ErrorName,
  "port_missing" | "port_busy" | "port_denied" | "not_a_signer"
>;

/** Opens the line afresh; called again for every reconnection. */
export type OpenLine = () => Promise<Outcome<Line, LineError>>;
