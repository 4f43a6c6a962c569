/** What a wallet allows is signed, and shown: the same PSBTs without the allowance are attacks. */
import { BITCOIN_LIMITS } from "../../firmware/bitcoin/index.ts";
import { expect, test } from "bun:test";
import { Psbt } from "bitcoinjs-lib";
import { ownSeedOf } from "../agreement/agreement.ts";
import { PSBT_OPTIONS, signByBitcoinjs } from "../agreement/by-bitcoinjs.ts";
import { createDevice, DEVICE_REACH } from "../agreement/device.ts";
import type { Plan } from "../agreement/plans.ts";
import { type PsbtMaps, toVersion2, writeMaps } from "../agreement/psbt-maps.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import { linesOf } from "../agreement/seam.ts";
import { plainWallet, type ShapeName, strangersWallet } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf, errorOf, unwrap } from "../bitcoin/expect-value.ts";
import { ENGINES } from "../secrets/oracles/engines.ts";
import { ALL, LEGACY, SEGWIT_V0 } from "./attack.ts";
import { mixed } from "./inputs.ts";
import { COIN_SATS, coinAt, goodPlan, mapsOf, outputAt, payment } from "./scene.ts";
import { manyCoins, MOST_LEGACY_INPUTS } from "./sizes.ts";

const device = createDevice(ENGINES.at(-1) ?? "portable");
const TIMEOUT_MS = 60_000;

/** A spend that takes an allowance. */
interface Allowed {
  readonly claim: string;
  readonly allows: readonly Allowance[];
  readonly shapes: readonly ShapeName[];
  /** The spend as far as it is the wallet's, which the signatures are of. */
  readonly plan: (wallet: AgreementWallet) => Plan;
  /** Its PSBT, where there is more in it. */
  readonly maps?: (wallet: AgreementWallet) => PsbtMaps;
  /** What some line on the screens must say. */
  readonly shows: RegExp;
}

const BITCOIN_SATS = 100_000_000;

const typed =
  (sighash: number) =>
  (wallet: AgreementWallet): Plan => {
    const plan = goodPlan(wallet);
    return {
      ...plan,
      coins: plan.coins.map((coin, at) => (at === 1 ? { ...coin, sighash } : coin)),
    };
  };

const ofType = (
  claim: string,
  sighash: number,
  shows: RegExp,
  ...allows: Allowance[]
): Allowed => ({
  claim,
  allows,
  shapes: ALL,
  plan: typed(sighash),
  shows,
});

const ALLOWED: readonly Allowed[] = [
  {
    claim: "amounts without proof",
    allows: ["amounts-unproved"],
    shapes: SEGWIT_V0,
    plan: (wallet) => {
      const plan = goodPlan(wallet);
      return { ...plan, coins: plan.coins.map((coin) => ({ ...coin, hasPrevious: false })) };
    },
    shows: /prove/i,
  },
  {
    claim: "an input of other people",
    allows: ["inputs-foreign"],
    shapes: ALL,
    plan: (wallet) => {
      const plan = goodPlan(wallet);
      return { ...plan, coins: [elementOf(plan.coins, 0)] };
    },
    maps: (wallet) => mixed(wallet, strangersWallet(wallet)),
    shows: /other|foreign|not this wallet|not ours/i,
  },
  {
    claim: "a fee of 30 % of what the coins bring",
    allows: ["fee-high"],
    shapes: ALL,
    plan: (wallet) => ({ ...goodPlan(wallet), outputs: [payment(1.4 * COIN_SATS)] }),
    shows: /high|%/i,
  },
  {
    claim: "a fee of one bitcoin and a satoshi, of a hundred bitcoin",
    allows: ["fee-high"],
    shapes: ALL,
    plan: (wallet) => ({
      ...goodPlan(wallet),
      coins: [coinAt(wallet, { branch: 0, index: 6 }, 100 * BITCOIN_SATS)],
      outputs: [payment(99 * BITCOIN_SATS - 1)],
    }),
    shows: /high|%/i,
  },
  ofType("SIGHASH_NONE", 0x02, /none/i, "sighash-none"),
  ofType("SIGHASH_SINGLE", 0x03, /single/i, "sighash-single"),
  ofType("ANYONECANPAY", 0x81, /anyone/i, "sighash-anyone-can-pay"),
  ofType("NONE, ANYONECANPAY", 0x82, /none/i, "sighash-none", "sighash-anyone-can-pay"),
  ofType("SINGLE, ANYONECANPAY", 0x83, /anyone/i, "sighash-single", "sighash-anyone-can-pay"),
];

const isReached = (shape: ShapeName): boolean => DEVICE_REACH.shapes.includes(shape);

/** Signs and compares with bitcoinjs-lib; what the screens said. */
const expectSigned = async (
  wallet: AgreementWallet,
  plan: Plan,
  maps: PsbtMaps,
  version: 0 | 2,
): Promise<readonly string[]> => {
  const shown: string[] = [];
  const bytes = writeMaps(version === 0 ? maps : toVersion2(maps));
  const options = { grind: true, onScreen: (lines: readonly string[]) => shown.push(...lines) };
  const records = unwrap(await device(wallet.policy, ownSeedOf(wallet), bytes, options));
  const reference = Psbt.fromBuffer(writeMaps(maps), PSBT_OPTIONS);
  expect(linesOf(records)).toEqual(linesOf(signByBitcoinjs(reference, plan)));
  return shown;
};

const check = ({ claim, allows, shapes, plan, maps, shows }: Allowed): void => {
  const reached = DEVICE_REACH.lacks.includes("allowances") ? [] : shapes.filter(isReached);
  test.skipIf(reached.length === 0)(
    `${claim}: signed and shown where the wallet allows ${allows.join(", ")}`,
    async () => {
      for (const shape of reached) {
        for (const version of DEVICE_REACH.versions) {
          const wallet = plainWallet(shape, allows);
          const own = plan(wallet);
          const all = maps?.(wallet) ?? mapsOf(own);
          const shown = await expectSigned(wallet, own, all, version);
          expect([shape, shown.join("\n")]).toEqual([shape, expect.stringMatching(shows)]);

          const strict = plainWallet(shape);
          const bytes = writeMaps(version === 0 ? all : toVersion2(all));
          const refused = await device(strict.policy, ownSeedOf(strict), bytes, { grind: true });
          expect([shape, errorOf(refused)]).not.toEqual([shape, "not refused"]);
          const without = await expectSigned(
            strict,
            goodPlan(strict),
            mapsOf(goodPlan(strict)),
            version,
          );
          expect([shape, without.join("\n")]).not.toEqual([shape, expect.stringMatching(shows)]);
        }
      }
    },
    TIMEOUT_MS,
  );
};

for (const allowed of ALLOWED) check(allowed);

/** Shapes whose inputs are counted more strictly. */
const legacy = LEGACY.filter(isReached);
test.skipIf(legacy.length === 0)(
  `${MOST_LEGACY_INPUTS} inputs from before segwit are signed`,
  async () => {
    for (const shape of legacy) {
      const wallet = plainWallet(shape);
      const bytes = writeMaps(mapsOf(manyCoins(wallet, MOST_LEGACY_INPUTS)));
      const signed = await device(wallet.policy, ownSeedOf(wallet), bytes, { grind: true });
      expect([shape, unwrap(signed).length]).toEqual([shape, MOST_LEGACY_INPUTS]);
    }
  },
  TIMEOUT_MS,
);

test.skipIf(DEVICE_REACH.lacks.includes("change_gap"))(
  "change at the end of the gap, and to the receive branch, is the wallet's",
  async () => {
    for (const shape of ALL.filter(isReached)) {
      const wallet = plainWallet(shape);
      const plan = goodPlan(wallet);
      for (const place of [
        { branch: 1, index: 6 + BITCOIN_LIMITS.changeReach },
        { branch: 0, index: 9 },
      ] as const) {
        const outputs = [elementOf(plan.outputs, 0), outputAt(wallet, place, 500_000)];
        const spend = { ...plan, outputs };
        await expectSigned(wallet, spend, mapsOf(spend), 0);
      }
    }
  },
  TIMEOUT_MS,
);
