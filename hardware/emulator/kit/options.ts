/** What an emulator in a test is made of. */
import type { NetworkName, Trust } from "../../../firmware/index.ts";
import type { Secrets } from "../../../firmware/hal.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import type { Approve } from "./approval/index.ts";
import type { Fault } from "./faults/index.ts";
import type { Snapshot } from "./snapshot.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How an emulator in process is made. Everything has a default. */
export interface EmulatorOptions {
  /** `A` unless told; what it shows on its screens. */
  readonly name?: string;
  /** `regtest` unless told. */
  readonly network?: NetworkName;
  /** Who presses the buttons: everything is approved unless told. */
  readonly approve?: Approve;
  /**
   * What disposing does where a rule never matched, a question had no rule, or a recording was
   * left: `true` throws, `false` is silent, and unless told it is said on standard error. A throw
   * hides why a test failed before it: Bun 1.4.5 prints a SuppressedError without the first error.
   */
  readonly strict?: boolean;
  /** An insecure seed brought along, 16 to 64 bytes or BIP-39 words: it is ready at once. */
  readonly seed?: Uint8Array | string;
  /** Wallets that its manifest lists: with a seed only. */
  readonly wallets?: Manifest["wallets"];
  /** Whom the device believes besides the host that `client` is. */
  readonly trust?: Trust;
  /**
   * All chance in the device, its host and its faults comes from it: `MAYFLY_SEED`, or a new one,
   * unless told.
   */
  readonly rngSeed?: string | Uint8Array;
  /** Time for the device and its host; this machine's unless told. */
  readonly clock?: VirtualClock;
  /** What breaks: on the line or in the device. */
  readonly faults?: readonly Fault[];
  /**
   * It is brought to the state of a snapshot, whose options are its own: besides, only `strict`,
   * `transcriptBytes` and a `clock` may be told, which stands no later than the first boot's did.
   */
  readonly from?: Snapshot;
  /** Bytes of its transcript before the oldest items go; 16 MiB unless told. */
  readonly transcriptBytes?: number;
  /** The cable goes right after the n-th signature, and the device with it. */
  readonly dieAfterInput?: number;
  /** What holds the keys; unless told, the native engine where it runs. */
  readonly secrets?: Secrets["engine"];
  /** Threads of the native engine, which end with the boot; none unless told. */
  readonly threads?: number;
}
