/** Two of three: signers are asked, their signatures combined, the transaction made. */
import type { Client } from "../../host/driver/index.ts";
import { askQuorum, type QuorumSigner, readPsbt } from "../../host/vault/index.ts";
import { type Outcome, ok } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import type { RigWallet } from "./rig-wallet.ts";
import { SEEDS } from "./seeds.ts";

type Name = "A" | "B" | "C";

/** Somebody who may be asked. */
export interface AskedSigner {
  readonly name: Name;
  readonly client: Client;
}

/** A transaction that is ready, and how it came about. */
export interface SignedWithdrawal {
  readonly txHex: string;
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  /** Whose signatures are in it, by name. */
  readonly signedBy: readonly Name[];
  /** Who was asked in vain, and what came of it. */
  readonly failed: Readonly<Partial<Record<Name, string>>>;
}

const quorumSigner = ({ name, client }: AskedSigner, { id }: RigWallet): QuorumSigner => ({
  name,
  fingerprint: SEEDS[name].fingerprint,
  sign: async (psbt) => {
    const reply = await client.signPsbt({ psbt, walletId: id });
    return reply.ok ? decodeRecords(reply.value.signatures) : reply;
  },
});

/** Has as many sign as the wallet asks for; the next in line takes over from one that fails. */
export const signByQuorum = async (
  psbt: Uint8Array,
  asked: readonly AskedSigner[],
  wallet: RigWallet,
): Promise<Outcome<SignedWithdrawal>> => {
  const combiner = readPsbt(psbt);
  if (!combiner.ok) return combiner;
  const failures = new Map<string, string>();
  const signed = await askQuorum(
    combiner.value,
    asked.map((one) => quorumSigner(one, wallet)),
    wallet.threshold,
    (event) => {
      if (event.kind === "failed") failures.set(event.name, event.failure.error);
    },
  );
  if (!signed.ok) return signed;
  const final = combiner.value.finalise();
  if (!final.ok) return final;
  const { txHex, txid, signedBy } = final.value;
  return ok({
    txHex,
    txid,
    signedBy: asked
      .map(({ name }) => name)
      .filter((name) => signedBy.includes(SEEDS[name].fingerprint)),
    failed: Object.fromEntries(failures),
  });
};
