/**
 * One case of the agreement: a random spend, made into PSBTs by both libraries, signed by the
 * device and by each library, finalised by both.
 */
import { type Psbt, script } from "bitcoinjs-lib";
import { elementOf, unwrap } from "../bitcoin/expect-value.ts";
import { createRandom, type Random } from "../protocol/random.ts";
import {
  expressionsOf,
  finaliseByBitcoinjs,
  type PlacedSignature,
  psbtByBitcoinjs,
  signByBitcoinjs,
  signExpression,
} from "./by-bitcoinjs.ts";
import { finaliseByScure, signByScure, transactionByScure } from "./by-scure.ts";
import { placeOf, publicKeyOf, xOnly } from "./places.ts";
import { type Plan, randomPlan } from "./plans.ts";
import { readMaps, toVersion2, writeMaps } from "./psbt-maps.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import { linesOf, type SignPsbt } from "./seam.ts";
import { FEWEST_KEYS, MOST_KEYS, randomWallet, SHAPES, type ShapeName } from "./shapes.ts";
import { spendingExpressions, spendingLeaf } from "./spending.ts";
import type { AgreementWallet } from "./wallets.ts";

/** What a signer under test takes: everything, once it is done. */
export interface Reach {
  readonly shapes: readonly ShapeName[];
  readonly versions: readonly (0 | 2)[];
  /** Refusals, and other things, that it does not know yet. */
  readonly lacks: readonly string[];
}

/** All that there is. */
export const EVERYTHING: Reach = { shapes: SHAPES, versions: [0, 2], lacks: [] };

/** A spend that was agreed on. */
export interface Agreed {
  readonly plan: Plan;
  readonly shape: ShapeName;
  readonly transactionHex: string;
}

const INPUT_COUNTS = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 12];
/** Inputs of the largest spends. */
export const MOST_INPUTS = 30;
/** After so many turns of all shapes every one had 15 keys once, and 30 inputs once. */
const TURNS = 17;

/** What comes in turn: 15 keys with few inputs, 30 inputs with few keys, else as chance has it. */
const sizesOf = (turn: number, shape: number, random: Random) => {
  // So that the first turns have several keys where they have 15.
  const round = (turn + 8 + 5 * shape) % TURNS;
  const few = FEWEST_KEYS + random.below(random.chance(0.8) ? 3 : 8);
  if (round === 0) return { keys: MOST_KEYS, inputs: 1 + random.below(2) };
  if (round === 9) return { keys: Math.min(few, 3), inputs: MOST_INPUTS };
  return { keys: few, inputs: elementOf(INPUT_COUNTS, random.below(INPUT_COUNTS.length)) };
};

/** The spend of a number: the same for the same seed. */
export const planOf = (seed: number, number: number, reach: Reach) => {
  const random = createRandom(seed ^ Math.imul(number + 1, 0x9e3779b1));
  const turn = Math.floor(number / reach.shapes.length);
  const at = number % reach.shapes.length;
  const shape = elementOf(reach.shapes, at);
  const { keys, inputs } = sizesOf(turn, at, random);
  const plan = randomPlan(randomWallet(shape, random, keys), inputs, random);
  return { shape, plan, random };
};

/** The bytes of a PSBT in a version that is wanted. */
const inVersion = (bytes: Uint8Array, version: 0 | 2, random: Random): Uint8Array =>
  version === 0
    ? bytes
    : writeMaps(toVersion2(readMaps(bytes), random.chance(0.5) ? "fallback" : "first input"));

/** The seed of the device in a wallet. */
export const ownSeedOf = ({ holders, ownKey }: AgreementWallet): Uint8Array => {
  const { seed } = elementOf(holders, ownKey);
  if (seed === undefined) throw new Error("the device holds its key");
  return seed;
};

/** A record as a finaliser takes it. */
const placedOf = (plan: Plan, record: SignatureRecord): PlacedSignature => {
  const { input, leaf, sighash, signature } = record;
  const { keys, taproot } = placeOf(plan.wallet, elementOf(plan.coins, input).place);
  const { multisigs, expressions } = plan.wallet;
  const among = leaf === undefined ? undefined : elementOf(multisigs, leaf).expressions;
  const at = expressions.findIndex(
    ({ key }, place) =>
      key === record.key && (taproot === undefined || (among?.includes(place) ?? place === 0)),
  );
  const publicKey = publicKeyOf(elementOf(keys, at));
  if (taproot === undefined) {
    return { input, publicKey, encoded: script.signature.encode(signature, sighash) };
  }
  const encoded = sighash === 0 ? signature : Uint8Array.of(...signature, sighash);
  const leafHash = leaf === undefined ? undefined : elementOf(taproot.leaves, leaf).hash;
  return { input, publicKey, encoded, ...(leafHash === undefined ? {} : { leafHash }) };
};

/** Whether a record is of the way that a spend takes. */
const isOfSpend = (plan: Plan, { input, leaf }: SignatureRecord): boolean => {
  const { place } = elementOf(plan.coins, input);
  const spent = spendingLeaf(plan.wallet, place)?.hash.toHex();
  const hash = leaf === undefined ? undefined : placeOf(plan.wallet, place).taproot?.leaves[leaf];
  return hash?.hash.toHex() === spent;
};

/** What the others sign of a spend, as bitcoinjs-lib makes it. */
const othersOf = (psbt: Psbt, plan: Plan): readonly PlacedSignature[] =>
  plan.coins.flatMap(({ place }, input) =>
    spendingExpressions(plan.wallet, place).flatMap((at) => {
      const { key } = elementOf(plan.wallet.expressions, at);
      if (key === plan.wallet.ownKey) return [];
      signExpression(psbt, plan, input, at);
      return ofInput(psbt, plan, input, at);
    }),
  );

const ofInput = (psbt: Psbt, plan: Plan, input: number, at: number): PlacedSignature[] => {
  const { place } = elementOf(plan.coins, input);
  const publicKey = publicKeyOf(elementOf(placeOf(plan.wallet, place).keys, at));
  const { partialSig, tapScriptSig } = elementOf(psbt.data.inputs, input);
  const leafHash = spendingLeaf(plan.wallet, place)?.hash;
  if (leafHash === undefined) {
    const own = partialSig?.find(({ pubkey }) => pubkey.toHex() === publicKey.toHex());
    return own === undefined ? [] : [{ input, publicKey, encoded: own.signature }];
  }
  const own = tapScriptSig?.find(
    (one) =>
      one.pubkey.toHex() === xOnly(publicKey).toHex() && one.leafHash.toHex() === leafHash.toHex(),
  );
  return own === undefined ? [] : [{ input, publicKey, leafHash, encoded: own.signature }];
};

/** Throws where two texts differ, with the first line that does; it runs in threads as well. */
const demandSame = (what: string, given: string, wanted: string): void => {
  if (given === wanted) return;
  const lines = wanted.split("\n");
  const at = given.split("\n").findIndex((line, index) => line !== lines[index]);
  const line = at === -1 ? "(nothing)" : given.split("\n")[at];
  throw new Error(`${what} differ at ${at}:\n${line}\n${lines[at] ?? "(nothing)"}`);
};

const textOf = (records: readonly SignatureRecord[]): string => linesOf(records).join("\n");

/** Every signature that the wallet's own key can give: one for each of its expressions. */
const demandComplete = (plan: Plan, records: readonly SignatureRecord[]): void => {
  const { wallet, coins } = plan;
  const own = expressionsOf(wallet, wallet.ownKey).length;
  demandSame("counts of signatures", `${records.length}`, `${coins.length * own}`);
};

/** Runs one case; throws where anything differs. */
export const agreeOn = async (
  signerOf: (plan: Plan) => SignPsbt,
  seed: number,
  number: number,
  reach: Reach,
): Promise<Agreed> => {
  const { shape, plan, random } = planOf(seed, number, reach);
  const bitcoinjs = psbtByBitcoinjs(plan);
  const scure = transactionByScure(plan);
  const firstBytes = bitcoinjs.toBuffer();
  const version = elementOf(reach.versions, random.below(reach.versions.length));
  const secondBytes = scure.toPSBT(version);
  const unsigned = bitcoinjs.data.globalMap.unsignedTx.toBuffer().toHex();
  demandSame("unsigned transactions", scure.unsignedTx.toHex(), unsigned);

  const sign = signerOf(plan);
  const { policy } = plan.wallet;
  const ownSeed = ownSeedOf(plan.wallet);
  const otherVersion = elementOf(reach.versions, random.below(reach.versions.length));
  const asked = inVersion(firstBytes, otherVersion, random);
  const ground = unwrap(await sign(policy, ownSeed, asked, { grind: true }));
  const plain = unwrap(await sign(policy, ownSeed, secondBytes, { grind: false }));
  demandSame("ground signatures", textOf(ground), textOf(signByBitcoinjs(bitcoinjs, plan)));
  demandSame("plain signatures", textOf(plain), textOf(signByScure(scure, plan)));
  demandComplete(plan, ground);

  const own = ground.filter((record) => isOfSpend(plan, record));
  const signatures = [...own.map((record) => placedOf(plan, record)), ...othersOf(bitcoinjs, plan)];
  const transactionHex = finaliseByBitcoinjs(firstBytes, plan, signatures);
  const other = finaliseByScure(secondBytes, plan, signatures);
  demandSame("signed transactions", other, transactionHex);
  return { plan, shape, transactionHex };
};
