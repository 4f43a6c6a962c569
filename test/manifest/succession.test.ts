/** What a version from 2 on may not change, and what it may. */
import { expect, test } from "bun:test";
import { readLineage } from "../../host/manifest/index.ts";
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { cosignerOf } from "../bitcoin/wallet-fixture.ts";
import { after, FIRST, LINEAGE, signedBy } from "./lineages.ts";
import { agreementKeyOf, bytesOf, personOf, signingKeyOf } from "./people.ts";

const SECOND = after(FIRST, { generation: 4 });

const verdict = (changes: Partial<Manifest>) =>
  readLineage([...LINEAGE, signedBy(SECOND), signedBy(after(SECOND, changes))]);

const withKey = (at: number, change: (key: ManifestKey) => ManifestKey): Partial<Manifest> => ({
  keys: SECOND.keys.map((key, i) => (i === at ? change(key) : key)),
});

const withMade = (name: string, made: Partial<NonNullable<ManifestKey["made"]>>) =>
  [
    name,
    withKey(1, (key) => (key.made ? { ...key, made: { ...key.made, ...made } } : key)),
    "/keys/1/made",
    "What the device of key B made stays as it is.",
  ] as const;

test.each<readonly [string, Partial<Manifest>, string, string]>([
  ["another network", { network: "testnet", wallets: [] }, "/network", "regtest since genesis"],
  ["a generation of before", { generation: 3 }, "/generation", "would hold again"],
  withMade("a link key of the host's", { linkKey: agreementKeyOf("emulator") }),
  withMade("another root tag", { rootTag: bytesOf("tag") }),
  withMade("another audit key", { auditKey: Uint8Array.from(cosignerOf(9).master.publicKey) }),
  [
    "a device that was not at genesis",
    withKey(2, (key) => ({ ...key, id: "D" })),
    "/keys/2",
    "Key D was not made at genesis.",
  ],
  [
    "a threshold that the shares do not have",
    withKey(0, (key) => ({ ...key, groups: key.groups.map((one) => ({ ...one, threshold: 4 })) })),
    "/keys/0/groups",
    "The shares of key A were made for the groups that it has had.",
  ],
  [
    "a holder who cannot open the share",
    {
      people: SECOND.people.map((one) =>
        one.name === "Ben" ? { ...one, wrappingKey: agreementKeyOf("new") } : one,
      ),
    },
    "/people/1/wrappingKey",
    "Ben's share of key A is sealed to the wrapping key of before.",
  ],
])("refused: %s", (_what, changes, pointer, why) => {
  expect(verdict(changes)).toEqual({
    ok: false,
    error: "genesis_altered",
    details: { version: 3, pointer, why: expect.stringContaining(why) },
  });
});

test("what is not of genesis changes: hosts, quorum, sites, boxes, signing keys", () => {
  const people = SECOND.people.map((one) =>
    one.name === "Dan" ? { ...one, signingKey: signingKeyOf("Dan anew").publicKey } : one,
  );
  const changes: readonly Partial<Manifest>[] = [
    { generation: 5, firmware: [bytesOf("new")], hosts: [], wallets: [] },
    { people: [...people, personOf("Fay")], quorum: { threshold: 2, members: ["Dan", "Fay"] } },
    withKey(1, (key) => ({ ...key, device: "B2", site: "Rome" })),
    { keys: SECOND.keys.slice(0, 2), wallets: [] },
  ];
  for (const one of changes) expect(verdict(one)).toMatchObject({ ok: true });
});
