/** The device's own signing handler in the seam: parser, review, engine, without a line. */
import {
  createDeriver,
  fingerprintOf,
  parseWalletPolicy,
  type RegisteredWallet,
  walletId,
} from "../../firmware/bitcoin/index.ts";
import type { Device } from "../../firmware/device.ts";
import type { Context } from "../../firmware/dispatch.ts";
import type { Hal, Handle, Secrets } from "../../firmware/hal.ts";
import { signingHandlers } from "../../firmware/handlers/signing.ts";
import { type ImportingSecrets, openSecrets } from "../../hardware/secrets/index.ts";
import { ok, type Outcome } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import { isAllowance } from "../../protocol/wallet-policy.ts";
import { GRANTED, MADE_UP_AUDIT, STRANGERS } from "../firmware/made-up-call.ts";
import { must } from "../secrets/oracles/loading.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { EVERYTHING, type Reach } from "./agreement.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { PolicyText, SigningOptions, SignPsbt } from "./seam.ts";
import { withoutGrinding } from "./without-grinding.ts";
import { bareBoard } from "../emulator/bare-board.ts";

/** What the device signs: all that there is. */
export const DEVICE_REACH: Reach = EVERYTHING;

/** A wallet as registration would leave it. */
const register = (policyText: PolicyText, fingerprint: Uint8Array, hal: Hal): RegisteredWallet => {
  const allows = policyText.allows?.filter(isAllowance) ?? [];
  const policy = must(parseWalletPolicy({ ...policyText, allows }, "regtest", hal.crypto));
  const ownKeyIndex = policy.keys.findIndex(
    (key) => Buffer.compare(key.fingerprint, fingerprint) === 0,
  );
  const deriver = createDeriver(policy, "regtest", hal.crypto);
  return { id: walletId(policy, hal.crypto), policy, ownKeyIndex, deriver };
};

const contextOf = (
  hal: Hal,
  master: Handle<"node">,
  fingerprint: Uint8Array,
  wallets: readonly RegisteredWallet[],
  { onScreen }: SigningOptions,
): Context => {
  const link = { secret: { kind: "agreement", id: -1 }, publicKey: new Uint8Array(32) } as const;
  const pairing = { kind: "symmetric", id: -2 } as const;
  const keys = { master, link, pairing, audit: MADE_UP_AUDIT, fingerprint, wallets };
  const device: Device = { phase: "ready", keys };
  return {
    hal,
    network: "regtest",
    version: "0",
    bootId: new Uint8Array(16),
    uptimeMs: () => 0,
    device: () => device,
    advance: () => undefined,
    ...STRANGERS,
    ...GRANTED,
    ask: ({ lines }) => {
      onScreen?.(lines);
      return Promise.resolve(ok(undefined));
    },
  };
};

/** A device that signs one way, with a seed and a wallet for each call. */
const createOneWay = (secrets: ImportingSecrets) => {
  const hal = bareBoard(secrets);
  return async (
    policy: PolicyText,
    ownSeed: Uint8Array,
    psbt: Uint8Array,
    options: SigningOptions,
  ): Promise<Outcome<readonly SignatureRecord[]>> => {
    const seed = secrets.importSeed(ownSeed);
    const master = secrets.master(seed);
    const fingerprint = fingerprintOf(secrets.publicKey(master), hal.crypto);
    const wallet = register(policy, fingerprint, hal);
    const context = contextOf(hal, master, fingerprint, [wallet], options);
    const reception = signingHandlers.signPsbt(context, {});
    reception.take(psbt);
    const reply = await reception.finish(context);
    secrets.wipe(master);
    secrets.wipe(seed);
    return reply.ok ? decodeRecords(reply.value.signatures) : reply;
  };
};

/** A device on an engine, which grinds or does not as each call says. */
export const createDevice = (engine: Secrets["engine"]): SignPsbt => {
  const open = (): ImportingSecrets => must(openSecrets({ engine, rng: systemRng() }));
  const ground = createOneWay(open());
  const plain = createOneWay(withoutGrinding(open()));
  return (policy, ownSeed, psbt, options) =>
    (options.grind ? ground : plain)(policy, ownSeed, psbt, options);
};
