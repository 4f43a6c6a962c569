/**
 * A vault in a test: three emulators with seeds of their own, the 2-of-3 wallet that their
 * manifests list, coins in it, and the vault's half: drafting, signing by two of three, checking.
 */
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
  type VirtualClock,
} from "../../hardware/emulator/index.ts";
import type { CheckReport } from "../../host/control/index.ts";
import type { Coin } from "../../host/withdrawal.ts";
import type { Outcome } from "../../protocol/errors.ts";
import type { DraftWish } from "./rig-purse.ts";
import type { SignedWithdrawal } from "./rig-quorum.ts";
import type { RigWallet, TestNetwork } from "./rig-wallet.ts";
import { QUORUM, SEEDS } from "./seeds.ts";

/** The signers' names. */
export const SIGNER_NAMES = ["A", "B", "C"] as const;

/** One of them. */
export type SignerName = (typeof SIGNER_NAMES)[number];

/** What is the rig's own: seeds, wallet and names are always the same. */
type Fixed = "name" | "seed" | "wallets" | "network" | "clock" | "rngSeed";

/** How a signer is made, besides what the rig decides. */
export type SignerSettings = Omit<EmulatorOptions, Fixed>;

/** How a rig is made. Everything has a default; what emulators take goes to all three. */
export interface VaultRigOptions extends SignerSettings {
  /** `regtest` unless told; coins are made up, and never for mainnet. */
  readonly network?: TestNetwork;
  /** All chance of the three comes from it; `MAYFLY_SEED`, or a new one, unless told. */
  readonly rngSeed?: string | Uint8Array;
  /** Time for the devices and their host; unless told a virtual clock of the rig's own. */
  readonly clock?: VirtualClock | "system";
  /** The wallet's coins, in satoshi: one each. Four of them, 1.85 bitcoin, unless told. */
  readonly amountsSats?: readonly number[];
  /** What one signer has otherwise than the others. */
  readonly signers?: Readonly<Partial<Record<SignerName, SignerSettings>>>;
}

/** Three signers and their vault. */
export interface VaultRig extends AsyncDisposable {
  readonly signers: Readonly<Record<SignerName, Emulator>>;
  readonly wallet: RigWallet;
  /**
   * What the wallet has now: `sign` takes away what a finished transaction spends, and adds its
   * change.
   */
  readonly coins: readonly Coin[];
  /** Absent on this machine's clock. */
  readonly clock: VirtualClock | undefined;
  /** What all chance comes from: told as `rngSeed`, or as `MAYFLY_SEED`, it comes again. */
  readonly rngSeed: string;
  /** An unsigned PSBT that pays; throws where there is none, such as for want of coins. */
  readonly draft: (wish: DraftWish) => Uint8Array;
  /**
   * Has two signers sign, asked in the order of `by` (A, B, C unless told): the third is asked
   * where one of the first two fails. `signers_missing` says in its details who failed with what.
   */
  readonly sign: (
    psbt: Uint8Array,
    by?: readonly SignerName[],
  ) => Promise<Outcome<SignedWithdrawal>>;
  /**
   * The final check, which shares no code with drafting and signing; throws where this rig drafted
   * no such transaction.
   */
  readonly check: (txHex: string) => CheckReport;
}

const DEFAULT_SATS = [100_000_000, 50_000_000, 25_000_000, 10_000_000] as const;

/** Lets go of all three, also where one of them throws. */
const disposeAll = async (signers: readonly Emulator[]): Promise<void> => {
  const ends = await Promise.allSettled(signers.map((one) => one[Symbol.asyncDispose]()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
};

/** The three, from the same seed of chance; their names keep their streams apart. */
const startSigners = async (
  options: VaultRigOptions,
  clock: VirtualClock | undefined,
): Promise<VaultRig["signers"]> => {
  const { network = "regtest", rngSeed, signers = {}, amountsSats: _, clock: __, ...all } = options;
  const wallets = [QUORUM.policy];
  const start = (name: SignerName, seedOfChance: string | Uint8Array | undefined) =>
    createEmulator({
      ...all,
      ...signers[name],
      name,
      network,
      wallets,
      seed: SEEDS[name].words,
      ...(clock === undefined ? {} : { clock }),
      ...(seedOfChance === undefined ? {} : { rngSeed: seedOfChance }),
    });
  const A = await start("A", rngSeed);
  const [B, C] = await Promise.all([start("B", A.rngSeed), start("C", A.rngSeed)]);
  return { A, B, C };
};

/** The vault's half; its libraries take 100 ms, which tests without a rig do not pay. */
const loadVault = async () => ({
  ...(await import("./rig-wallet.ts")),
  ...(await import("./rig-purse.ts")),
  ...(await import("./rig-quorum.ts")),
});

/**
 * Three signers that hold seeds A, B and C of the table, the 2-of-3 wallet of theirs with coins
 * that exist on no chain, and the vault before them. Drop it with `await using`.
 */
export const createVaultRig = async (options: VaultRigOptions = {}): Promise<VaultRig> => {
  const { network = "regtest", amountsSats = DEFAULT_SATS } = options;
  const clock = options.clock === "system" ? undefined : (options.clock ?? createVirtualClock());
  const vault = await loadVault();
  const wallet = vault.openRigWallet(network);
  const purse = vault.openPurse(wallet, amountsSats);
  const signers = await startSigners(options, clock);
  return {
    signers,
    wallet,
    get coins() {
      return purse.coins();
    },
    clock,
    rngSeed: signers.A.rngSeed,
    draft: purse.draft,
    sign: async (psbt, by = SIGNER_NAMES) => {
      const signed = await vault.signByQuorum(
        psbt,
        by.map((name) => ({ name, client: signers[name].client })),
        wallet,
      );
      if (signed.ok) purse.spend(signed.value);
      return signed;
    },
    check: purse.check,
    [Symbol.asyncDispose]: () => disposeAll([signers.A, signers.B, signers.C]),
  };
};
