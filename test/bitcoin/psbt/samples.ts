/** PSBTs of every kind of wallet, in both versions, and all that was read of one. */
import type { Psbt, PsbtContext, PsbtError } from "../../../firmware/bitcoin/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import { psbtByBitcoinjs } from "../../agreement/by-bitcoinjs.ts";
import { randomPlan } from "../../agreement/plans.ts";
import { type PsbtMaps, readMaps, toVersion2, writeMaps } from "../../agreement/psbt-maps.ts";
import { randomWallet, SHAPES } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { createRandom } from "../../protocol/random.ts";
import { elementOf } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";

/** Four bytes, as PSBTs write the fingerprint of the device's master key. */
export const fingerprintOf = ({ holders, ownKey }: AgreementWallet): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, elementOf(holders, ownKey).fingerprint);
  return bytes;
};

/** A PSBT, and what it is read with. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly context: PsbtContext;
}

/** The maps of a spend of three coins of a wallet of each shape. */
const mapsOfShapes = (): readonly (readonly [string, PsbtMaps, AgreementWallet])[] => {
  const random = createRandom(20);
  return SHAPES.map((shape) => {
    const wallet = randomWallet(shape, random, 3);
    const maps = readMaps(psbtByBitcoinjs(randomPlan(wallet, 3, random)).toBuffer());
    return [shape, maps, wallet];
  });
};

/** One of each shape in each version. */
export const SAMPLES: readonly Sample[] = mapsOfShapes().flatMap(([shape, maps, wallet]) => {
  const context = { crypto, fingerprint: fingerprintOf(wallet) };
  return [
    { name: `${shape}, version 0`, bytes: writeMaps(maps), context },
    { name: `${shape}, version 2`, bytes: writeMaps(toVersion2(maps)), context },
  ];
});

/** All that was read, as plain values. */
export const snapshotOf = ({ inputs, outputs, scriptsHash, ...psbt }: Psbt) => {
  const leavesOf = inputs.leavesInTurn();
  const rows = Array.from({ length: inputs.count() }, (_, input) => ({
    outpoint: inputs.outpointAt(input).toHex(),
    coin: inputs.coinAt(input).toHex(),
    sequence: inputs.sequenceAt(input),
    amountSats: inputs.amountAt(input),
    flags: inputs.flagsAt(input),
    sighash: inputs.sighashAt(input),
    way: inputs.wayAt(input),
    index: inputs.indexAt(input),
    next: inputs.nextAt(input),
    leaves: [...leavesOf()],
  }));
  return { ...psbt, scriptsHash: scriptsHash?.toHex(), outputs, rows };
};

/** What was read, or why not, as plain values. */
export const plainOf = (outcome: Outcome<Psbt, PsbtError>) =>
  outcome.ok ? snapshotOf(outcome.value) : outcome;
