/** A ready device without a line: the handler itself, on an engine and a board that asks nobody. */
import { createDeriver } from "../../../firmware/bitcoin/index.ts";
import type { Device } from "../../../firmware/device.ts";
import type { Context } from "../../../firmware/dispatch.ts";
import type { Crypto, Handle, Secrets } from "../../../firmware/hal.ts";
import { signingHandlers } from "../../../firmware/handlers/signing.ts";
import { createButtons } from "../../../hardware/emulator/approval.ts";
import { createBoard } from "../../../hardware/emulator/board.ts";
import { createCable } from "../../../hardware/emulator/cable.ts";
import { type ImportingSecrets, openSecrets } from "../../../hardware/secrets/index.ts";
import { RECORD_BYTES } from "../../../protocol/signature-record.ts";
import { FINGERPRINT, HOT } from "../../bitcoin/wallet-fixture.ts";
import { GRANTED, MADE_UP_AUDIT, STRANGERS } from "../../firmware/made-up-call.ts";
import { must } from "../../secrets/oracles/loading.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";

/** The seed of the wallet's first key. */
const SEED = new Uint8Array(32).fill(1);

/** The device. */
export interface BenchedDevice {
  readonly secrets: ImportingSecrets;
  readonly crypto: Crypto;
  readonly master: Handle<"node">;
  /** Reviews and signs; how many signatures came. */
  readonly sign: (psbt: Uint8Array) => Promise<number>;
}

const boardOf = (secrets: ImportingSecrets) =>
  createBoard({
    name: "A",
    link: createCable().device,
    rng: systemRng(),
    secrets,
    buttons: createButtons("auto"),
    lastReason: "power",
    onScreen: () => undefined,
    log: { append: () => undefined },
    onEnd: () => undefined,
  });

/** Opens one on an engine. */
export const openDevice = (engine: Secrets["engine"]): BenchedDevice => {
  const secrets = must(openSecrets({ engine, rng: systemRng() }));
  const master = secrets.master(secrets.importSeed(SEED));
  const link = { secret: { kind: "agreement", id: -1 }, publicKey: new Uint8Array(32) } as const;
  const pairing = { kind: "symmetric", id: -2 } as const;
  const own = { master, link, pairing, audit: MADE_UP_AUDIT, fingerprint: FINGERPRINT };
  const hal = boardOf(secrets);
  // The fixture's own deriver is on the portable curve.
  const deriver = createDeriver(HOT.registered.policy, "regtest", hal.crypto);
  const wallets = [{ ...HOT.registered, deriver }];
  const device: Device = { phase: "ready", keys: { ...own, wallets } };
  const context: Context = {
    hal,
    network: "regtest",
    version: "0",
    bootId: new Uint8Array(16),
    uptimeMs: () => 0,
    device: () => device,
    advance: () => undefined,
    ...STRANGERS,
    ...GRANTED,
  };
  return {
    secrets,
    crypto: hal.crypto,
    master,
    sign: async (psbt) => {
      const reception = signingHandlers.signPsbt(context, {});
      reception.take(psbt);
      return must(await reception.finish(context)).signatures.length / RECORD_BYTES;
    },
  };
};
