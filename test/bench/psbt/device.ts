/** A ready device without a line: the handler itself, on an engine and a board that asks nobody. */
import type { Device } from "../../../firmware/device.ts";
import type { Context } from "../../../firmware/dispatch.ts";
import { signingHandlers } from "../../../firmware/handlers/signing.ts";
import { type ImportingSecrets, openSecrets } from "../../../hardware/secrets/index.ts";
import type { Commands } from "../../../protocol/commands/registry.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { GRANTED, MADE_UP_AUDIT, STRANGERS } from "../../firmware/made-up-call.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import type { Curve } from "./bare-loop.ts";
import type { Sample } from "./sample.ts";
import { SEED } from "./wallets.ts";
import { bareBoard } from "../../emulator/bare-board.ts";

/** What a device answers. */
export type Signed = Commands["signPsbt"]["result"];

/** The device, and the engine in it. */
export interface BenchedDevice extends Curve {
  /** Takes the PSBT in the pieces that come over a line, reviews and signs. */
  readonly sign: (sample: Sample) => Promise<Signed>;
}

const LINK = { secret: { kind: "agreement", id: -1 }, publicKey: new Uint8Array(32) } as const;
const PAIRING = { kind: "symmetric", id: -2 } as const;

/** Opens one on an engine, with so many threads beside the main one. */
export const openDevice = (engine: ImportingSecrets["engine"], threads: number): BenchedDevice => {
  const secrets = unwrap(openSecrets({ engine, rng: systemRng(), threads }));
  const master = secrets.master(secrets.importSeed(SEED));
  const hal = bareBoard(secrets);
  /** Ready with a wallet that nothing was derived of yet. */
  const readyFor = ({ wallet }: Sample): Device => {
    const { fingerprint } = wallet;
    const own = { master, link: LINK, pairing: PAIRING, audit: MADE_UP_AUDIT, fingerprint };
    return { phase: "ready", keys: { ...own, wallets: [wallet.register()] } };
  };
  const contextOf = (device: Device): Context => ({
    hal,
    network: "regtest",
    version: "0",
    bootId: new Uint8Array(16),
    uptimeMs: () => 0,
    device: () => device,
    advance: () => undefined,
    ...STRANGERS,
    ...GRANTED,
  });
  return {
    secrets,
    crypto: hal.crypto,
    master,
    sign: async (sample) => {
      const context = contextOf(readyFor(sample));
      const reception = signingHandlers.signPsbt(context, {});
      const { psbt } = sample;
      for (let at = 0; at < psbt.length; at += LIMITS.piece) {
        reception.take(psbt.subarray(at, at + LIMITS.piece));
      }
      return unwrap(await reception.finish(context));
    },
  };
};
