/**
 * A hostile host with everything but the quorum's keys: it offers whatever versions it likes in any
 * order, with custodians so tricked that they seal and sign their shares for any manifest at all,
 * and it cuts the power when it likes. A device that becomes ready is ready under a manifest that
 * its seed's genesis quorum led to, and under no other.
 */
import { expect } from "bun:test";
import fc from "fast-check";
import { manifestHash } from "../../../host/manifest/index.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import type { SealedShare } from "../../../protocol/share.ts";
import { after, signedBy } from "../../manifest/lineages.ts";
import { agreementKeyOf, bytesOf, personOf } from "../../manifest/people.ts";
import { SEED } from "../../protocol/random.ts";
import { unwrap } from "../outcomes.ts";
import { type Ceremony, firstOf, hold } from "./ceremony.ts";
import { trickedShares } from "./tricked.ts";

const GANG = ["Mallory", "Trudy"];

/** What an honest quorum has signed, and what a gang has made of it. */
const poolOf = ({ draft, first, boxes }: Ceremony) => {
  const second = after(first, { generation: 2 });
  const third = after(second, { generation: 3 });
  const honest = [draft, first, second, third];
  const people = [...draft.people, ...GANG.map(personOf)];
  const quorum = { threshold: 2, members: GANG };
  const made = new Map(boxes.map((box) => [box.id, box.made]));
  const theirDraft: Manifest = { ...draft, people, quorum };
  const theirFirst = firstOf(theirDraft, made);
  const tagged = new Map([...made].map(([id, own]) => [id, { ...own, rootTag: bytesOf(id) }]));
  const key = agreementKeyOf("mallory");
  const added = [...second.hosts, { name: "mallory", key, roles: ["operator"] as const }];
  const forged: readonly SignedManifest[] = [
    signedBy(theirDraft, GANG),
    signedBy(theirFirst, GANG),
    signedBy(firstOf(theirDraft, tagged), GANG),
    signedBy(after(theirFirst, { generation: 9 }), GANG),
    // The gang goes on from the true lineage, with its own signatures or with borrowed ones.
    signedBy(after(first, { people, quorum }), GANG),
    signedBy(after(after(first, { people, quorum }), { hosts: added }), GANG),
    { ...signedBy(second), manifest: signedBy({ ...second, hosts: added }).manifest },
    signedBy({ ...third, predecessor: manifestHash(first) }, ["Ada", "Ben"]),
  ];
  const signed = honest.map((one) => signedBy(one));
  return { signed, forged, allowed: new Set(honest.map((one) => manifestHash(one).toHex())) };
};

type Step =
  | { readonly kind: "offer"; readonly which: number }
  | { readonly kind: "lineage"; readonly isForged: boolean; readonly length: number }
  | { readonly kind: "shares"; readonly count: number }
  | { readonly kind: "stale"; readonly which: number }
  | { readonly kind: "power" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("offer" as const), which: fc.nat({ max: 11 }) }),
    fc.record({
      kind: fc.constant("lineage" as const),
      isForged: fc.boolean(),
      length: fc.integer({ min: 2, max: 4 }),
    }),
    fc.record({ kind: fc.constant("shares" as const), count: fc.constantFrom(3, 3, 1, 2) }),
    fc.record({ kind: fc.constant("stale" as const), which: fc.nat({ max: 20 }) }),
    fc.constant<Step>({ kind: "power" }),
  ),
  { minLength: 3, maxLength: 14 },
);

/** What an honest host does: it must come through, or the rest would prove nothing. */
const HONEST: readonly Step[] = [
  { kind: "lineage", isForged: false, length: 4 },
  { kind: "shares", count: 3 },
];

/** Runs so many sequences; fails where a device is ready under a manifest that is not allowed. */
export const hostileRuns = async (numRuns: number): Promise<void> => {
  const ceremony = await hold();
  const { signed, forged, allowed } = poolOf(ceremony);
  const all = [...signed, ...forged];
  const [box] = ceremony.boxes;
  if (box === undefined) throw new Error("a box");
  let client = box.client;
  const reboot = async (): Promise<void> => {
    await client.close();
    box.bench.reboot("power");
    client = await box.bench.connect();
  };
  const counts = { ready: 0, refused: 0 };
  /** What the host has offered last, as it believes itself. */
  let offered: readonly SignedManifest[] = [];
  const kept: SealedShare[] = [];

  const offer = async (one: SignedManifest): Promise<void> => {
    const taken = await client.offerManifest(one);
    if (taken.ok) offered = taken.value.version === 0 ? [one] : [...offered, one];
    else counts.refused += 1;
  };
  const offerAll = async ({ isForged, length }: Extract<Step, { kind: "lineage" }>) => {
    for (const one of (isForged ? forged : signed).slice(0, length)) await offer(one);
  };
  const submit = async (count: number): Promise<void> => {
    if (offered.length === 0 || !(await client.getQuote({ keyId: box.id })).ok) return;
    const shares = await trickedShares(box, client, offered);
    kept.push(...shares);
    await client.submitShares({ shares: shares.slice(0, count) });
  };
  const submitStale = async (which: number): Promise<void> => {
    const share = kept.at(-1 - which);
    if (share !== undefined) await client.submitShares({ shares: [share] });
  };
  const take = (step: Step): Promise<void> => {
    switch (step.kind) {
      case "power":
        return reboot();
      case "offer":
        return offer(all[step.which] ?? signedBy(ceremony.draft));
      case "lineage":
        return offerAll(step);
      case "shares":
        return submit(step.count);
      case "stale":
        return submitStale(step.which);
    }
  };
  const check = async (): Promise<void> => {
    if (box.bench.phase() !== "ready") return;
    const { manifest } = unwrap(await client.getStatus({}));
    expect(allowed).toContain(manifest?.hash.toHex() ?? "none");
    counts.ready += 1;
    await reboot();
  };
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await reboot();
      offered = [];
      for (const step of sequence) {
        await take(step);
        await check();
      }
    }),
    { numRuns, seed: SEED, examples: [[HONEST]] },
  );
  await client.close();
  console.log(`hostile host: ready ${counts.ready} times, ${counts.refused} offers refused`);
  // A host that never got anywhere would prove nothing.
  expect(counts.ready).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
};
