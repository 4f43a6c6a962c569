/** A share of the cases of a long run: what a process is told, and what it tells. */
import type { EnginePrevout } from "../interop/script-engine.ts";
import { ENGINES } from "../secrets/oracles/engines.ts";
import { type Agreed, agreeOn, type Reach } from "./agreement.ts";
import { createDevice } from "./device.ts";
import { placeOf } from "./places.ts";
import type { ShapeName } from "./shapes.ts";

/** Cases `first`, `first + step`, … below `end`, of a seed. */
export interface Share {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly end: number;
  readonly reach: Reach;
}

/** A signed transaction and the coins it spends. */
export interface Signed {
  readonly shape: ShapeName;
  readonly txHex: string;
  readonly prevouts: readonly EnginePrevout[];
}

/** What became of a share. */
export interface Report {
  readonly cases: number;
  readonly inputs: number;
  /** `shape: keys` of the widest script, and `shape: inputs` of the largest spend, that came. */
  readonly widest: readonly (readonly [ShapeName, number])[];
  readonly largest: readonly (readonly [ShapeName, number])[];
  /** One spend of each shape. */
  readonly samples: readonly Signed[];
  /** The first case that did not agree, and why. */
  readonly failure?: string;
}

/** Where both engines are here, the portable one takes one case of so many: it is slower. */
const PORTABLE_TURN = 6;

const signedOf = ({ plan, shape, transactionHex }: Agreed): Signed => ({
  shape,
  txHex: transactionHex,
  prevouts: plan.coins.map(({ previous, vout, amountSats, place }) => ({
    txid: previous.getId(),
    vout,
    amountSats,
    scriptHex: placeOf(plan.wallet, place).scriptPubKey.toHex(),
  })),
});

const widthOf = ({ plan }: Agreed): number =>
  Math.max(1, ...plan.wallet.multisigs.map(({ expressions }) => expressions.length));

const createTally = () => {
  const widest = new Map<ShapeName, number>();
  const largest = new Map<ShapeName, number>();
  const samples = new Map<ShapeName, Signed>();
  let [cases, inputs] = [0, 0];
  return {
    add: (agreed: Agreed): void => {
      const { shape, plan } = agreed;
      cases += 1;
      inputs += plan.coins.length;
      widest.set(shape, Math.max(widest.get(shape) ?? 0, widthOf(agreed)));
      largest.set(shape, Math.max(largest.get(shape) ?? 0, plan.coins.length));
      if (!samples.has(shape)) samples.set(shape, signedOf(agreed));
    },
    report: (): Report => ({
      cases,
      inputs,
      widest: [...widest],
      largest: [...largest],
      samples: [...samples.values()],
    }),
  };
};

/** Runs a share to its end, or to the first case that does not agree. */
export const runShare = async ({ seed, first, step, end, reach }: Share): Promise<Report> => {
  const devices = ENGINES.map(createDevice);
  const tally = createTally();
  for (let number = first; number < end; number += step) {
    const turn = Math.floor(number / step) % PORTABLE_TURN === 0 ? 0 : devices.length - 1;
    const device = devices[turn];
    if (device === undefined) throw new Error("there is an engine");
    try {
      tally.add(await agreeOn(() => device, seed, number, reach));
    } catch (cause) {
      const failure = `case ${number}: ${cause instanceof Error ? cause.message : "?"}`;
      return { ...tally.report(), failure };
    }
  }
  return tally.report();
};

const isReport = (value: unknown): value is Report =>
  typeof value === "object" && value !== null && "cases" in value && "samples" in value;

/** A report that a process wrote; throws where it is none. */
export const readReport = (text: string): Report => {
  const value: unknown = JSON.parse(text);
  if (!isReport(value)) throw new Error("a share ends with a report");
  return value;
};
