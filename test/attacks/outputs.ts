/** Attacks on change: outputs that claim to be the wallet's. */
import { BITCOIN_LIMITS } from "../../firmware/bitcoin/index.ts";
import { OUTPUT, pair, type PairMap, replace } from "../agreement/psbt-maps.ts";
import { placeOf } from "../agreement/places.ts";
import type { Plan } from "../agreement/plans.ts";
import type { Place } from "../agreement/seam.ts";
import { nextAccount, otherCompany } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { ALL, type Attack, MULTI } from "./attack.ts";
import {
  CHANGE,
  CHANGE_OUTPUT,
  editOutput,
  goodPlan,
  mapsOf,
  outputAt,
  PAYMENT_OUTPUT,
} from "./scene.ts";

const ELSEWHERE: Place = { branch: 1, index: 9 };
/** Beyond the 1,000 that change may be ahead of the furthest coin, which is at 6. */
const BEYOND_GAP: Place = { branch: 1, index: 6 + BITCOIN_LIMITS.changeReach + 1 };
const RECEIVE: Place = { branch: 0, index: 3 };

const withChangeAt = (wallet: AgreementWallet, place: Place): Plan => {
  const plan = goodPlan(wallet);
  return { ...plan, outputs: [elementOf(plan.outputs, 0), outputAt(wallet, place, 500_000)] };
};

/** The map of an output at a place, with all that is said of it. */
const mapAt = (wallet: AgreementWallet, place: Place): PairMap =>
  elementOf(mapsOf(withChangeAt(wallet, place)).outputs, CHANGE_OUTPUT);

/** The change of another wallet in the good spend, with that wallet's own hints. */
const changeOf = (wallet: AgreementWallet, other: AgreementWallet, place: Place) => {
  const plan = goodPlan(wallet);
  const script = placeOf(other, place).scriptPubKey;
  const outputs = [elementOf(plan.outputs, 0), { amountSats: 500_000, script }];
  return editOutput(mapsOf({ ...plan, outputs }), CHANGE_OUTPUT, () => mapAt(other, place));
};

/** The change with one path step of every hint changed, counted from its end. */
const withStep = (wallet: AgreementWallet, fromEnd: number, step: Uint8Array) =>
  editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, (map) =>
    map.map(({ key, value }) => {
      const isHint = key[0] === OUTPUT.derivation || key[0] === OUTPUT.taprootDerivation;
      const at = value.length - 4 * fromEnd;
      return isHint
        ? { key, value: Uint8Array.of(...value.slice(0, at), ...step, ...value.slice(at + 4)) }
        : { key, value };
    }),
  );

const FOREIGN: readonly Attack[] = [
  {
    claim: "a stranger's output with the hints of our change",
    error: "change_foreign",
    shapes: ALL,
    make: (wallet) =>
      editOutput(mapsOf(goodPlan(wallet)), PAYMENT_OUTPUT, () => mapAt(wallet, CHANGE)),
  },
  {
    claim: "change with the hints of another place",
    error: "change_foreign",
    shapes: ALL,
    make: (wallet) =>
      editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, () => mapAt(wallet, ELSEWHERE)),
  },
  {
    claim: "change of this device in other company",
    error: "change_foreign",
    shapes: MULTI,
    make: (wallet) => changeOf(wallet, otherCompany(wallet), CHANGE),
  },
  {
    claim: "change with a redeem script of another place",
    error: "change_foreign",
    shapes: ALL,
    make: (wallet) =>
      editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, (map) =>
        replace(
          map,
          OUTPUT.redeemScript,
          pair(OUTPUT.redeemScript, placeOf(wallet, ELSEWHERE).scriptPubKey),
        ),
      ),
  },
  {
    claim: "change with a witness script of another place",
    error: "change_foreign",
    shapes: ALL,
    make: (wallet) =>
      editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, (map) =>
        replace(
          map,
          OUTPUT.witnessScript,
          pair(OUTPUT.witnessScript, placeOf(wallet, ELSEWHERE).scriptPubKey),
        ),
      ),
  },
];

const PLACES: readonly Attack[] = [
  {
    claim: "change beyond the gap",
    error: "change_gap",
    shapes: ALL,
    make: (wallet) => mapsOf(withChangeAt(wallet, BEYOND_GAP)),
  },
  {
    claim: "change to the receive branch of another account",
    error: "change_branch",
    shapes: ALL,
    make: (wallet) => changeOf(wallet, nextAccount(wallet), RECEIVE),
  },
  {
    claim: "change to the change branch of another account",
    error: "change_branch",
    shapes: ALL,
    make: (wallet) => changeOf(wallet, nextAccount(wallet), CHANGE),
  },
  {
    claim: "change whose hints name a branch that the wallet does not have",
    error: "change_branch",
    shapes: ALL,
    make: (wallet) => withStep(wallet, 2, Uint8Array.of(9, 0, 0, 0)),
  },
  {
    claim: "change whose hints name a hardened index",
    error: "change_branch",
    shapes: ALL,
    make: (wallet) => withStep(wallet, 1, Uint8Array.of(8, 0, 0, 0x80)),
  },
];

/** Of outputs. */
export const OUTPUT_ATTACKS: readonly Attack[] = [...FOREIGN, ...PLACES];
