/** What other programs keep in PSBTs changes nothing of what is signed. */
import { expect, test } from "bun:test";
import { ownSeedOf } from "../agreement/agreement.ts";
import { createDevice, DEVICE_REACH } from "../agreement/device.ts";
import { placeOf, publicKeyOf } from "../agreement/places.ts";
import {
  compactSize,
  INPUT,
  littleEndian,
  pair,
  type Pair,
  type PsbtMaps,
  toVersion2,
  writeMaps,
} from "../agreement/psbt-maps.ts";
import { linesOf } from "../agreement/seam.ts";
import { plainWallet } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf, unwrap } from "../bitcoin/expect-value.ts";
import { ENGINES } from "../secrets/oracles/engines.ts";
import { ALL } from "./attack.ts";
import { COINS, editInput, editOutput, goodPlan, mapsOf } from "./scene.ts";

const device = createDevice(ENGINES.at(-1) ?? "portable");
const TIMEOUT_MS = 60_000;

/** An addition that no signer minds, in some versions. */
interface Addition {
  readonly claim: string;
  readonly versions: readonly (0 | 2)[];
  readonly add: (maps: PsbtMaps, wallet: AgreementWallet) => PsbtMaps;
}

const inGlobal = (maps: PsbtMaps, added: Pair): PsbtMaps => ({
  ...maps,
  global: [...maps.global, added],
});

const inInput = (maps: PsbtMaps, added: Pair): PsbtMaps =>
  editInput(maps, 0, (map) => [...map, added]);

/** A key of BIP-174's proprietary kind: a prefix, a subtype, and data. */
const PROPRIETARY: Pair = {
  key: Uint8Array.of(0xfc, 2, 0x6d, 0x66, 1, 9),
  value: Uint8Array.of(1, 2, 3),
};
const MODIFIABLE = 0x06;
const PARTIAL_SIGNATURE = 0x02;

const ADDITIONS: readonly Addition[] = [
  {
    claim: "unknown fields in every map",
    versions: [0, 2],
    add: (maps) => {
      const unknown = pair(0x75, Uint8Array.of(1));
      const all = inInput(inGlobal(maps, unknown), unknown);
      return editOutput(all, 0, (map) => [...map, unknown]);
    },
  },
  {
    claim: "an unknown type of three bytes",
    versions: [0, 2],
    add: (maps) =>
      inInput(maps, { key: Uint8Array.of(...compactSize(0x1234), 7), value: new Uint8Array() }),
  },
  {
    claim: "proprietary fields",
    versions: [0, 2],
    add: (maps) => inInput(inGlobal(maps, PROPRIETARY), PROPRIETARY),
  },
  {
    claim: "a co-signer's signature that was there before",
    versions: [0, 2],
    add: (maps, wallet) => {
      if (wallet.kind === "tr") return maps;
      const { keys } = placeOf(wallet, elementOf(COINS, 0));
      const publicKey = publicKeyOf(elementOf(keys, keys.length - 1));
      const value = Uint8Array.from([0x30, 6, 2, 1, 1, 2, 1, 1, 1]);
      return inInput(maps, { key: Uint8Array.of(PARTIAL_SIGNATURE, ...publicKey), value });
    },
  },
  ...[0, 1, 2, 7, 8].map(
    (flags): Addition => ({
      claim: `flags ${flags} of what may be modified`,
      versions: [2],
      add: (maps) => inGlobal(maps, pair(MODIFIABLE, Uint8Array.of(flags))),
    }),
  ),
  {
    claim: "a fallback lock time of zero, said",
    versions: [2],
    add: (maps) => inGlobal(maps, pair(0x03, littleEndian(0, 4))),
  },
  {
    claim: "pairs in any order",
    versions: [0, 2],
    add: (maps) => ({
      global: maps.global.toReversed(),
      inputs: maps.inputs.map((map) => map.toReversed()),
      outputs: maps.outputs.map((map) => map.toReversed()),
    }),
  },
  {
    claim: "a sighash type of ALL, said",
    versions: [0, 2],
    add: (maps, wallet) =>
      wallet.kind === "tr" ? maps : inInput(maps, pair(INPUT.sighashType, littleEndian(1, 4))),
  },
];

const reached = ALL.filter((shape) => DEVICE_REACH.shapes.includes(shape));

const sign = async (wallet: AgreementWallet, maps: PsbtMaps): Promise<readonly string[]> =>
  linesOf(unwrap(await device(wallet.policy, ownSeedOf(wallet), writeMaps(maps), { grind: true })));

for (const { claim, versions, add } of ADDITIONS) {
  const both = versions.filter((version) => DEVICE_REACH.versions.includes(version));
  test.skipIf(both.length === 0)(
    claim,
    async () => {
      for (const shape of reached) {
        const wallet = plainWallet(shape);
        const maps = mapsOf(goodPlan(wallet));
        const plain = await sign(wallet, maps);
        for (const version of both) {
          const added = add(version === 0 ? maps : toVersion2(maps), wallet);
          expect([shape, await sign(wallet, added)]).toEqual([shape, plain]);
        }
      }
    },
    TIMEOUT_MS,
  );
}
