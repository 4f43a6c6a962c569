/** Signing through the calls, with real keys: reviewed, asked, committed, signed, told. */
import { describe, expect, test } from "bun:test";
import { review } from "../../../firmware/bitcoin/index.ts";
import { createLedger } from "../../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { decodeCbor } from "../../../protocol/cbor/cbor.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { CHANGE, COIN, PAYMENT } from "../../bitcoin/attacked-draft.ts";
import { buildPsbt, type DraftCoin, unsignedOf } from "../../bitcoin/psbt-fixture.ts";
import { CONTEXT, HOT } from "../../bitcoin/wallet-fixture.ts";
import { unwrap } from "../outcomes.ts";
import { type CallBench, createCallBench, settle, type TestSession } from "./call-bench.ts";

const psbtOf = (inputs: number) => {
  const coins = Array.from({ length: inputs }, (_, index): DraftCoin => ({ ...COIN, index }));
  const amountSats = inputs * COIN.amountSats - CHANGE.amountSats - 1000;
  return buildPsbt({ coins, outputs: [{ ...PAYMENT, amountSats }, CHANGE] });
};
const bytesOf = (inputs: number): Uint8Array => Uint8Array.from(psbtOf(inputs).toBuffer());

/** The result of a request, inline or in parts. */
const resultOf = (session: TestSession, id: number): unknown => {
  const last = session.of(id).at(-1);
  if (last?.kind === "result" && last.result !== undefined) return last.result;
  const parts = session.of(id).flatMap((one) => (one.kind === "part" ? [one.bytes] : []));
  return unwrap(decodeCbor(Uint8Array.from(Buffer.concat(parts))));
};

const upload = (session: TestSession, psbt: Uint8Array, key: number): number =>
  session.sign(psbt, { key });

const createSigning = (onSignature: (count: number) => void = () => undefined) => {
  const ledger = createLedger();
  return { ...createCallBench({ ledger, onSignature }), ledger };
};

/** Waits until a screen asks. */
const untilAsked = async (bench: CallBench): Promise<void> => {
  while (bench.screens.at(-1)?.kind !== "transaction") await settle();
};

describe("a signing", () => {
  test("charges the transaction with what leaves, before the first signature", async () => {
    const totals: number[] = [];
    const bench = createSigning(() => totals.push(bench.ledger.total()));
    const session = bench.session();
    const id = upload(session, bytesOf(2), 1);
    await untilAsked(bench);
    expect(bench.ledger.total()).toBe(0);
    bench.press("yes");
    await settle();
    const leaving = 2 * COIN.amountSats - CHANGE.amountSats;
    expect([session.finals(id), totals]).toEqual([["result"], [leaving, leaving]]);
    const txid = Uint8Array.from(unsignedOf(psbtOf(2)).getHash());
    expect(bench.ledger.entries().map((entry) => [entry.txid, entry.amountSats])).toEqual([
      [txid, leaving],
    ]);
  });

  test("again under its key: the same bytes, unasked, at no charge", async () => {
    const bench = createSigning();
    const session = bench.session();
    const id = upload(session, bytesOf(60), 1);
    await untilAsked(bench);
    bench.press("yes");
    while (session.finals(id).length === 0) await settle();
    const asked = bench.screens.filter(({ kind }) => kind === "transaction").length;
    bench.calls.leave(session.origin.session);
    const other = bench.session();
    const again = upload(other, bytesOf(60), 1);
    while (other.finals(again).length === 0) await settle();
    expect(resultOf(other, again)).toEqual(resultOf(session, id));
    expect(bench.screens.filter(({ kind }) => kind === "transaction")).toHaveLength(asked);
    expect([bench.signatures(), bench.ledger.entries().length]).toEqual([120, 1]);
  });

  test("tells its phases in order", async () => {
    const bench = createSigning();
    const session = bench.session();
    const id = upload(session, bytesOf(3), 1);
    await untilAsked(bench);
    bench.press("yes");
    await settle();
    const phases = session.of(id).flatMap((one) => (one.kind === "progress" ? [one.phase] : []));
    expect(phases).toEqual(["receiving", "working", "reviewing", "asking", "signing"]);
  });

  test("that a device without those keys would do ends before its commit", async () => {
    const bench = createSigning();
    const session = bench.session();
    const id = upload(session, bytesOf(2), 1);
    await untilAsked(bench);
    bench.become("suspended");
    bench.press("yes");
    await settle();
    expect([session.finals(id), bench.ledger.total(), bench.signatures()]).toEqual([
      ["cancelled"],
      0,
      0,
    ]);
    bench.become("ready");
    const again = upload(session, bytesOf(2), 1);
    await settle();
    bench.press("yes");
    await settle();
    expect([session.finals(again), bench.signatures()]).toEqual([["result"], 2]);
  });

  test("that is cut off after its commit stays charged, and goes on when asked again", async () => {
    const bench = createSigning((count) => {
      if (count === 3) bench.become("suspended");
      bench.clock.advance(DEVICE_LIMITS.sliceMs + 1);
    });
    const session = bench.session();
    const id = upload(session, bytesOf(10), 1);
    await untilAsked(bench);
    bench.press("yes");
    await settle();
    const charged = bench.ledger.total();
    expect([session.finals(id), bench.signatures()]).toEqual([["cancelled"], 3]);
    bench.become("ready");
    const again = upload(session, bytesOf(10), 1);
    while (session.finals(again).length === 0) await settle();
    expect([session.finals(again), bench.signatures()]).toEqual([["result"], 13]);
    expect([bench.ledger.total(), charged > 0]).toEqual([charged, true]);
  });
});

test("a review says what leaves and which transaction it is", () => {
  const self = { ...CHANGE, branch: 0, amountSats: 700 } as const;
  const payment = { ...PAYMENT, amountSats: 90_000 };
  const psbt = buildPsbt({ coins: [COIN], outputs: [payment, CHANGE, self] });
  const bytes = Uint8Array.from(psbt.toBuffer());
  const reviewed = unwrap(review(bytes, [HOT.registered], undefined, CONTEXT));
  expect(reviewed.leavingSats).toBe(COIN.amountSats - CHANGE.amountSats - self.amountSats);
  expect(reviewed.txid).toEqual(Uint8Array.from(unsignedOf(psbt).getHash()));
  expect(bytes.length).toBeLessThan(LIMITS.upload);
});
