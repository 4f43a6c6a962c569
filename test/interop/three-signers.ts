/** Three emulators in this process with fixed seeds, and the 2-of-3 wallet they agree on. */
import { createEmulator } from "../../hardware/emulator/index.ts";
import {
  openWallet,
  type QuorumSigner,
  type Wallet,
  walletDescriptors,
} from "../../host/vault/index.ts";
import { assert, type Outcome } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";

const HARDENED = 0x8000_0000;
/** BIP-48: multisig, test coin, first account, P2WSH. */
const ACCOUNT = [48, 1, 0, 2].map((step) => step + HARDENED);
const ORIGIN = "48'/1'/0'/2'";

/** The signers of a wallet that each of them has registered. */
export interface ThreeSigners extends AsyncDisposable {
  readonly wallet: Wallet;
  /** Multipath, with its checksum. */
  readonly descriptor: string;
  readonly signers: readonly [QuorumSigner, QuorumSigner, QuorumSigner];
}

/** The value; throws the refusal's name and details. */
export const must = <T>(outcome: Outcome<T>): T => {
  assert(outcome.ok, outcome.ok ? "a value" : `not ${outcome.error} ${Bun.inspect(outcome)}`);
  return outcome.value;
};

const start = async (name: string, seedByte: number) => {
  const seed = new Uint8Array(32).fill(seedByte);
  const client = await (await createEmulator({ name, seed, network: "regtest" })).connect();
  const { fingerprint: master } = must(await client.getStatus({}));
  const { xpub } = must(await client.getXpub({ path: ACCOUNT }));
  assert(master !== undefined, "an emulator with a seed has a fingerprint");
  const fingerprint = master.toHex();
  const key = `[${fingerprint}/${ORIGIN}]${xpub}`;
  return { name, fingerprint, key, client };
};

type Started = Awaited<ReturnType<typeof start>>;

/** Registers the wallet on a signer, which must describe it as the vault does. */
const enrol = async ({ name, fingerprint, client }: Started, wallet: Wallet) => {
  const { walletId, receive, change } = must(await client.registerWallet(wallet.policy));
  const own = walletDescriptors(wallet);
  assert(receive === own.receive && change === own.change, "signer and vault see one wallet");
  const sign: QuorumSigner["sign"] = async (psbt) => {
    const reply = await client.signPsbt({ psbt, walletId });
    return reply.ok ? decodeRecords(reply.value.signatures) : reply;
  };
  return { name, fingerprint, sign };
};

/** Starts the signers; disposing of them closes their lines. */
export const startThreeSigners = async (): Promise<ThreeSigners> => {
  const [a, b, c] = await Promise.all([start("A", 1), start("B", 2), start("C", 3)]);
  const policy = {
    name: "Hot wallet",
    template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
    keys: [a.key, b.key, c.key],
  };
  const wallet = must(openWallet(policy, "regtest"));
  const signers = await Promise.all([enrol(a, wallet), enrol(b, wallet), enrol(c, wallet)]);
  return {
    wallet,
    descriptor: walletDescriptors(wallet).multipath,
    signers,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a, b, c].map(({ client }) => client.close()));
    },
  };
};
