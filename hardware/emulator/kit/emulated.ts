/** What a test has of an emulator. */
import type { BootReason, LogEvent, Press, Screen } from "../../../firmware/hal.ts";
import type { Signer } from "../../../firmware/index.ts";
import type { Client, Identity, OpenLine } from "../../../host/driver/index.ts";
import type { ApprovalReport, Showing } from "./approval/index.ts";
import type { ConnectOptions } from "./clients.ts";
import type { Faults } from "./faults/index.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Transcript } from "./transcript/transcript.ts";
import type { Ways } from "./ways.ts";

/** A signer in this process. */
export interface Emulator extends AsyncDisposable {
  /** A client of a host that has every role; it takes the cable when it is first called. */
  readonly client: Client;
  /**
   * Another client on the cable; throws where no signer answers, or another program has the cable.
   * It is closed with the emulator at the latest.
   */
  readonly connect: (options?: ConnectOptions) => Promise<Client>;
  /** The clients' host, for one that is made otherwise. */
  readonly identity: Identity;
  /** The host's end of the cable, for a client or a test that talks for itself. */
  readonly open: OpenLine;
  /**
   * A pty for other programs, made when it is asked for: a name that holds across restarts and
   * replugs. On this machine's clock only.
   */
  readonly path: string;
  /** A Unix socket or TCP on the loopback, for the same; closed with the emulator at the latest. */
  readonly listen: Ways["listen"];
  /** What all chance comes from: told as `rngSeed`, or as `MAYFLY_SEED`, it comes again. */
  readonly rngSeed: string;
  readonly phase: () => ReturnType<Signer["phase"]>;
  /** Why it booted last. */
  readonly lastReason: () => BootReason;
  /** 8 hex digits while it holds keys. */
  readonly fingerprint: () => string | undefined;
  /** What it shows now. */
  readonly screen: () => Screen | undefined;
  /** All that it has shown, over all boots. */
  readonly screens: readonly Screen[];
  /**
   * Lets time pass until it shows such a screen, or does already; rejects after 4 s of its clock
   * unless told.
   */
  readonly shows: Showing["shows"];
  /** What became of its questions. */
  readonly approval: ApprovalReport;
  /** Signatures that it has made with keys of wallets, over all boots. */
  readonly signatures: () => number;
  readonly log: readonly LogEvent[];
  /** What crossed the cable and what happened around it, in order. */
  readonly transcript: Transcript;
  readonly press: (press: Press) => void;
  readonly faults: Faults;
  /** Lets time pass on the clock it was given; on this machine's it waits. */
  readonly advance: (ms: number) => Promise<void>;
  /** Pulls the cable: who has it is hung up on, and nobody can have it before `replug`. */
  readonly unplug: () => void;
  readonly replug: () => void;
  /** The device forgets everything and boots again. */
  readonly powerCut: () => void;
  /**
   * What brings another one to this state. Throws without a virtual clock and the portable engine.
   */
  readonly snapshot: () => Snapshot;
  /** Another emulator in the state of a snapshot, on a clock of its own. */
  readonly restore: (snapshot: Snapshot) => Promise<Emulator>;
}
