/** Every attack on a spend has its own refusal: all kinds of wallets, both versions of PSBTs. */
import { describe, expect, test } from "bun:test";
import { DEVICE_REACH, createDevice } from "../agreement/device.ts";
import { ownSeedOf } from "../agreement/agreement.ts";
import { toVersion2, writeMaps } from "../agreement/psbt-maps.ts";
import { plainWallet, type ShapeName } from "../agreement/shapes.ts";
import { errorOf } from "../bitcoin/expect-value.ts";
import { ENGINES } from "../secrets/oracles/engines.ts";
import { AMOUNT_ATTACKS } from "./amounts.ts";
import { ALL, type Attack } from "./attack.ts";
import { FORMAT_ATTACKS } from "./format.ts";
import { INPUT_ATTACKS } from "./inputs.ts";
import { OUTPUT_ATTACKS } from "./outputs.ts";
import { goodPlan, mapsOf } from "./scene.ts";
import { SIZE_ATTACKS } from "./sizes.ts";
import { TAPROOT_ATTACKS } from "./taproot.ts";

const device = createDevice(ENGINES.at(-1) ?? "portable");
const TIMEOUT_MS = 60_000;

const isReached = (shape: ShapeName): boolean => DEVICE_REACH.shapes.includes(shape);

const judge = async (attack: Attack, shape: ShapeName, version: 0 | 2): Promise<string> => {
  const wallet = plainWallet(shape, attack.allows);
  const made = attack.make(wallet);
  const inVersion = version === 0 ? made : toVersion2(made);
  const bytes = writeMaps(attack.spoil?.(inVersion) ?? inVersion);
  return errorOf(await device(wallet.policy, ownSeedOf(wallet), bytes, { grind: true }));
};

/** One test for each attack: all its wallets, in every version that can be attacked so. */
const check = (attack: Attack): void => {
  const shapes = attack.shapes.filter(isReached);
  const versions = (attack.versions ?? [0, 2]).filter((version) =>
    DEVICE_REACH.versions.includes(version),
  );
  const cases = shapes.flatMap((shape) => versions.map((version) => [shape, version] as const));
  const isUnknown = DEVICE_REACH.lacks.includes(attack.error);
  test.skipIf(cases.length === 0 || isUnknown)(
    `${attack.claim}: ${attack.error}`,
    async () => {
      for (const [shape, version] of cases) {
        expect([shape, version, await judge(attack, shape, version)]).toEqual([
          shape,
          version,
          attack.error,
        ]);
      }
    },
    TIMEOUT_MS,
  );
};

describe("the spend that is attacked", () => {
  test("is signed as it is", async () => {
    for (const shape of ALL.filter(isReached)) {
      for (const version of DEVICE_REACH.versions) {
        const make = (wallet: ReturnType<typeof plainWallet>) => mapsOf(goodPlan(wallet));
        const asItIs: Attack = { claim: "nothing", error: "unexpected", shapes: ALL, make };
        expect([shape, await judge(asItIs, shape, version)]).toEqual([shape, "not refused"]);
      }
    }
  });
});

describe("amounts", () => AMOUNT_ATTACKS.forEach(check));
describe("inputs", () => INPUT_ATTACKS.forEach(check));
describe("outputs", () => OUTPUT_ATTACKS.forEach(check));
describe("taproot", () => TAPROOT_ATTACKS.forEach(check));
describe("form", () => FORMAT_ATTACKS.forEach(check));
describe("size", () => SIZE_ATTACKS.forEach(check));
