/**
 * The life of two emulators in which most things happen once: genesis, pairing, a wallet, a
 * signature, a message, a refusal, a power cut, a cable pulled in the middle of an upload. With
 * one seed it is always the same life, which others compare.
 */
import { createHash } from "node:crypto";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
} from "../../hardware/emulator/index.ts";
import { type Client, noiseSuite } from "../../host/driver/index.ts";
import { readPairingCode } from "../../host/identity/index.ts";
import { draftPsbt, madeUpCoins, openWallet } from "../../host/vault/index.ts";
import { GENESIS, SEED, unwrap } from "../driver/lines.ts";

const HARDENED = 0x8000_0000;
/** BIP-84: one key, test coin, first account. */
const ACCOUNT = [84, 1, 0].map((step) => step + HARDENED);

/** How a session is had. */
export type SessionOptions = Pick<EmulatorOptions, "secrets" | "rngSeed">;

/** What a wallet of one key is known by, and a spend of it. */
export interface SpendingWallet {
  readonly walletId: Uint8Array;
  readonly psbtOf: (inputs: number) => Uint8Array;
}

/** Registers the wallet of a signer's own key. */
export const registerOwn = async (client: Client): Promise<SpendingWallet> => {
  const { xpub, fingerprint } = unwrap(await client.getXpub({ path: ACCOUNT }));
  const policy = {
    name: "Own",
    template: "wpkh(@0/**)",
    keys: [`[${fingerprint.toHex()}/84'/1'/0']${xpub}`],
  };
  const wallet = unwrap(openWallet(policy, "regtest"));
  const { walletId } = unwrap(await client.registerWallet(policy));
  const psbtOf = (inputs: number): Uint8Array => {
    const amountsSats = Array.from({ length: inputs }, () => 10_000_000);
    const { psbt } = unwrap(
      draftPsbt({
        wallet,
        coins: madeUpCoins({ wallet, amountsSats, seedLabel: "session" }),
        payments: [
          { address: wallet.address({ branch: 0, index: 99 }).address, amountSats: 50_000 },
        ],
        change: { branch: 1, index: 0 },
        feeRate: 3,
        minimumInputs: inputs,
      }),
    );
    return psbt.toBuffer();
  };
  return { walletId, psbtOf };
};

/** Pairs another host by the words on the screen. */
export const pairAnother = async (signer: Pick<Emulator, "client" | "screen">): Promise<void> => {
  const { client } = signer;
  unwrap(await client.startPairing({ role: "operator" }));
  const psk = unwrap(readPairingCode(signer.screen()?.lines.join(" ") ?? ""));
  const hostKey = noiseSuite.keyPair(new Uint8Array(32).fill(3)).publicKey;
  unwrap(await client.pair({ hostKey, role: "operator" }, { psk }));
};

/** Pulls the cable once so many bytes of what follows have reached the device, and puts it back. */
const pullAfter = (signer: Emulator, bytes: number, clock: { after: ClockAfter }): void => {
  const before = reached(signer);
  const look = (): void => {
    if (reached(signer) - before < bytes) {
      clock.after(0, look);
      return;
    }
    signer.unplug();
    clock.after(500, signer.replug);
  };
  clock.after(0, look);
};

type ClockAfter = (delayMs: number, action: () => void) => () => void;

const reached = ({ transcript }: Emulator): number =>
  transcript
    .items()
    .map((item) => (item.what === "bytes" && item.direction === "toDevice" ? item.bytes.length : 0))
    .reduce((sum, length) => sum + length, 0);

/** Lives it, and hands over the two that lived. Each call's reply is in their transcripts. */
export const standardSession = async (
  options: SessionOptions,
): Promise<readonly [Emulator, Emulator]> => {
  const clock = createVirtualClock();
  const fresh = await createEmulator({ ...options, clock, name: "A" });
  const signer = await createEmulator({ ...options, clock, name: "B", seed: SEED });
  unwrap(await fresh.client.generateSeed(GENESIS));
  const { client } = signer;
  await pairAnother(signer);
  const { walletId, psbtOf } = await registerOwn(client);
  unwrap(await client.signPsbt({ psbt: psbtOf(3), walletId }));
  const place = { walletId, isChange: false, index: 0 };
  unwrap(await client.signMessage({ ...place, message: "hello", format: "bip322" }));
  await client.getAddress({ ...place, walletId: new Uint8Array(32), isShown: false });
  await signer.advance(12_345);
  pullAfter(signer, 4000, clock);
  unwrap(await client.signPsbt({ psbt: psbtOf(16), walletId }));
  fresh.powerCut();
  signer.powerCut();
  unwrap(await fresh.client.getStatus({}));
  unwrap(await client.getStatus({}));
  await signer[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
  return [fresh, signer];
};

/** The SHA-256 of all that happened, screens included, in hex. */
export const sessionHash = async (options: SessionOptions): Promise<string> => {
  const emulators = await standardSession(options);
  const hash = createHash("sha256");
  for (const { transcript, screens } of emulators)
    hash.update(JSON.stringify([transcript, screens]));
  return hash.digest("hex");
};

// `bun test/emulator/standard-session.ts ENGINE SEED` prints the hash, for another process.
if (import.meta.main) {
  const [engine, rngSeed = ""] = process.argv.slice(2);
  const secrets = engine === "native" ? "native" : "portable";
  console.log(await sessionHash({ secrets, rngSeed }));
}
