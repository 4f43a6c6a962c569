/** Random spends of a wallet, before a library makes PSBTs of them. */
import { Transaction } from "bitcoinjs-lib";
import { elementOf } from "../bitcoin/expect-value.ts";
import type { Random } from "../protocol/random.ts";
import { placeOf } from "./places.ts";
import type { Place } from "./seam.ts";
import { strangerScript } from "./strangers.ts";
import type { AgreementWallet } from "./wallets.ts";

/** A coin of the wallet, and how a PSBT tells of it. */
export interface PlannedCoin {
  readonly place: Place;
  readonly amountSats: number;
  readonly previous: Transaction;
  readonly vout: number;
  readonly sequence: number;
  /** As the PSBT says it; absent where it says nothing. */
  readonly sighash?: number;
  /** Whether the PSBT has the previous transaction, and the output it spends beside it. */
  readonly hasPrevious: boolean;
  readonly hasWitnessUtxo: boolean;
}

/** An output: to a place of the wallet, or to somebody else. */
export interface PlannedOutput {
  readonly amountSats: number;
  readonly script: Uint8Array;
  readonly place?: Place;
}

/** A spend. */
export interface Plan {
  readonly wallet: AgreementWallet;
  readonly version: number;
  readonly lockTime: number;
  readonly coins: readonly PlannedCoin[];
  readonly outputs: readonly PlannedOutput[];
}

const SEQUENCES = [0xffffffff, 0xfffffffe, 0xfffffffd, 0, 5, 0x400007, 0x80000001];
const LOCK_TIMES = [0, 0, 1, 800_000, 499_999_999, 500_000_000, 1_800_000_000, 0xffffffff];
/** How far indices go: few, so that the ring of holders has derived most of them before. */
const INDICES = 60;

const pick = <T>(list: readonly T[], random: Random): T =>
  elementOf(list, random.below(list.length));

/** Places, each once. */
const placesOf = (count: number, random: Random): readonly Place[] => {
  const places = new Map<string, Place>();
  while (places.size < count) {
    const branch = random.chance(0.7) ? 0 : 1;
    const index = random.below(INDICES);
    places.set(`${branch}/${index}`, { branch, index });
  }
  return [...places.values()];
};

/** A previous transaction that pays these scripts among others; which of its outputs they are. */
export const fundingOf = (
  paid: readonly { readonly script: Uint8Array; readonly amountSats: number }[],
  random: Random,
): { readonly previous: Transaction; readonly vouts: readonly number[] } => {
  const previous = new Transaction();
  previous.version = pick([1, 2], random);
  previous.locktime = pick(LOCK_TIMES, random);
  const hasWitness = random.chance(0.6);
  const inputs = 1 + random.below(3);
  for (let at = 0; at < inputs; at += 1) {
    previous.addInput(random.bytes(32), random.below(5), pick(SEQUENCES, random));
    if (hasWitness) previous.setWitness(at, [random.bytes(71), random.bytes(33)]);
    else previous.setInputScript(at, random.bytes(107));
  }
  const vouts = paid.map(({ script, amountSats }) => {
    for (let others = random.below(3); others > 0; others -= 1) {
      previous.addOutput(strangerScript(random), BigInt(1000 + random.below(1_000_000)));
    }
    return previous.addOutput(script, BigInt(amountSats));
  });
  if (random.chance(0.5)) previous.addOutput(strangerScript(random), 1234n);
  return { previous, vouts };
};

/** Taproot's, which says ALL without a byte. */
const SIGHASH_DEFAULT = 0;
const SIGHASH_ALL = 1;

const sighashOf = ({ kind }: AgreementWallet, random: Random): number | undefined => {
  if (random.chance(0.5)) return undefined;
  return kind === "tr" && random.chance(0.5) ? SIGHASH_DEFAULT : SIGHASH_ALL;
};

const isLegacy = ({ kind }: AgreementWallet): boolean => kind === "pkh" || kind === "sh";

/** What a PSBT has of a coin: the previous transaction but for taproot always, as Core demands. */
const evidenceOf = (wallet: AgreementWallet, random: Random) => {
  if (isLegacy(wallet)) return { hasPrevious: true, hasWitnessUtxo: false };
  if (wallet.kind === "tr") return { hasPrevious: random.chance(0.3), hasWitnessUtxo: true };
  return { hasPrevious: true, hasWitnessUtxo: random.chance(0.8) };
};

const coinsOf = (
  wallet: AgreementWallet,
  count: number,
  random: Random,
): readonly PlannedCoin[] => {
  const coins: PlannedCoin[] = [];
  const places = placesOf(count, random);
  for (let from = 0; from < count; ) {
    const some = places.slice(from, from + 1 + random.below(3));
    const amounts = some.map(() => 20_000 + random.below(2_000_000));
    const paid = some.map((place, at) => ({
      script: placeOf(wallet, place).scriptPubKey,
      amountSats: elementOf(amounts, at),
    }));
    const { previous, vouts } = fundingOf(paid, random);
    for (const [at, place] of some.entries()) {
      const sighash = sighashOf(wallet, random);
      coins.push({
        place,
        amountSats: elementOf(amounts, at),
        previous,
        vout: elementOf(vouts, at),
        sequence: pick(SEQUENCES, random),
        ...(sighash === undefined ? {} : { sighash }),
        ...evidenceOf(wallet, random),
      });
    }
    from += some.length;
  }
  const ranks = new Map(coins.map((coin) => [coin, random.below(2 ** 31)]));
  return coins.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
};

/** Outputs that share what the coins bring, but for a fee of some hundredths. */
const outputsOf = (
  wallet: AgreementWallet,
  totalSats: number,
  random: Random,
): readonly PlannedOutput[] => {
  const count = 1 + random.below(5);
  let restSats = totalSats - Math.floor((totalSats * (1 + random.below(8))) / 100);
  return Array.from({ length: count }, (_, at) => {
    const left = count - at;
    const share = left === 1 ? restSats : 1000 + random.below(Math.floor(restSats / left) - 1000);
    restSats -= share;
    if (!random.chance(0.4)) return { amountSats: share, script: strangerScript(random) };
    const branch = random.chance(0.7) ? 1 : 0;
    const place = { branch, index: random.below(INDICES) } as const;
    return { amountSats: share, script: placeOf(wallet, place).scriptPubKey, place };
  });
};

/** A random spend of so many coins. */
export const randomPlan = (wallet: AgreementWallet, inputs: number, random: Random): Plan => {
  const coins = coinsOf(wallet, inputs, random);
  const totalSats = coins.reduce((sum, { amountSats }) => sum + amountSats, 0);
  return {
    wallet,
    version: pick([1, 2], random),
    lockTime: pick(LOCK_TIMES, random),
    coins,
    outputs: outputsOf(wallet, totalSats, random),
  };
};
