/** Asking a quorum: who is asked, who takes over, and what is never counted. */
import { expect, test } from "bun:test";
import {
  askQuorum,
  draftPsbt,
  madeUpCoins,
  type QuorumEvent,
  type QuorumSigner,
  uploadForm,
} from "../../host/vault/index.ts";
import { fail, ok } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import {
  at,
  combinerOf,
  randomSigners,
  signaturesOf,
  type TestSigner,
  unwrap,
  walletOf,
} from "./three-keys.ts";

const people = randomSigners(3);
const wallet = walletOf(people);
const NAMES = ["A", "B", "C"];

const draft = () =>
  unwrap(
    draftPsbt({
      wallet,
      coins: madeUpCoins({ wallet, amountsSats: [90_000, 90_000, 90_000], seedLabel: "quorum" }),
      payments: [{ address: wallet.address({ branch: 0, index: 9 }).address, amountSats: 200_000 }],
      change: { branch: 1, index: 0 },
      feeRate: 2,
    }),
  ).psbt;

type Sign = (all: readonly SignatureRecord[]) => ReturnType<QuorumSigner["sign"]>;

/** Signers A, B and C; `ways` says what each makes of the signatures it should give. */
const signersOf = (psbt: ReturnType<typeof draft>, ways: Readonly<Record<string, Sign>>) =>
  people.map((person: TestSigner, i): QuorumSigner => {
    const name = at(NAMES, i);
    const way = ways[name] ?? ((all) => Promise.resolve(ok(all)));
    return { name, fingerprint: person.fingerprint, sign: () => way(signaturesOf(psbt, person)) };
  });

const ask = async (ways: Readonly<Record<string, Sign>>) => {
  const drafted = draft();
  const psbt = combinerOf(drafted);
  const events: QuorumEvent[] = [];
  const outcome = await askQuorum(psbt, signersOf(drafted, ways), 2, (event) => events.push(event));
  const asked = events.filter(({ kind }) => kind === "asked").map(({ name }) => name);
  return { psbt, outcome, asked };
};

const fingerprints = (...names: readonly string[]): readonly string[] =>
  names.map((name) => at(people, NAMES.indexOf(name)).fingerprint).toSorted();

test("each is sent the upload form, without what others have signed", async () => {
  const drafted = draft();
  const psbt = combinerOf(drafted);
  unwrap(psbt.add(at(people, 2).fingerprint, signaturesOf(drafted, at(people, 2))));
  const sent: Uint8Array[] = [];
  const signers = signersOf(drafted, {}).map((signer) => ({
    ...signer,
    sign: (bytes: Uint8Array) => {
      sent.push(bytes);
      return signer.sign(bytes);
    },
  }));
  unwrap(await askQuorum(psbt, signers.slice(0, 2), 2));
  const form = uploadForm(Uint8Array.from(drafted.toBuffer()));
  expect(sent).toEqual([form, form]);
});

test("two are asked, and the third is left alone", async () => {
  const { psbt, outcome, asked } = await ask({});
  expect([...unwrap(outcome).keys()].toSorted()).toEqual(["A", "B"]);
  expect(asked).toEqual(["A", "B"]);
  expect(unwrap(psbt.finalise()).signedBy).toEqual(fingerprints("A", "B"));
});

const FAULTS: readonly (readonly [string, Sign])[] = [
  ["is gone", () => Promise.resolve(fail("link_down"))],
  ["says no", () => Promise.resolve(fail("declined"))],
  ["signs but one input", (all) => Promise.resolve(ok(all.slice(0, 1)))],
  ["signs nothing", () => Promise.resolve(ok([]))],
  [
    "signs one input three times",
    (all) => Promise.resolve(ok([at(all, 0), at(all, 0), at(all, 0)])),
  ],
  [
    "signs badly",
    (all) =>
      Promise.resolve(
        ok(all.map((one) => ({ ...one, signature: one.signature.map((byte) => byte ^ 1) }))),
      ),
  ],
  [
    "gives its signatures for other inputs",
    (all) => Promise.resolve(ok(all.map((one) => ({ ...one, input: (one.input + 1) % 3 })))),
  ],
];

test.each(FAULTS)("the third takes over from one that %s", async (_, fault) => {
  const { psbt, outcome, asked } = await ask({ B: fault });
  expect([...unwrap(outcome).keys()].toSorted()).toEqual(["A", "C"]);
  expect(asked).toEqual(["A", "B", "C"]);
  expect(unwrap(psbt.finalise()).signedBy).toEqual(fingerprints("A", "C"));
});

test("two that fail are too many: signers_missing names them", async () => {
  const gone: Sign = () => Promise.resolve(fail("link_down"));
  const { outcome } = await ask({ A: gone, C: () => Promise.resolve(fail("declined")) });
  expect(outcome).toEqual({
    ok: false,
    error: "signers_missing",
    details: { have: 1, need: 2, A: "link_down", C: "declined" },
  });
});

test("one that never answers holds up nobody else's answer", async () => {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<QuorumSigner["sign"]>>>();
  const asking = ask({ A: () => promise });
  await Bun.sleep(20);
  resolve(fail("timeout"));
  const { outcome } = await asking;
  expect([...unwrap(outcome).keys()].toSorted()).toEqual(["B", "C"]);
});
