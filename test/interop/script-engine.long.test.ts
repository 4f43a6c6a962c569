import { expect, test } from "bun:test";
import { editSignatures, PREVOUTS, signSpend, OUTPUTS, TX_HEX } from "../control/signed-spend.ts";
import { isGoMissing, runScriptEngine } from "./script-engine.ts";

const TIMEOUT_MS = 300_000;
const testWithGo = test.skipIf(isGoMissing);

testWithGo(
  "btcd's script engine (Go) accepts a 2-of-3 P2WSH spend by any two signers",
  async () => {
    for (const signers of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const txHex = signSpend(OUTPUTS, signers);
      expect(await runScriptEngine({ txHex, prevouts: PREVOUTS })).toEqual({ ok: true });
    }
  },
  TIMEOUT_MS,
);

testWithGo(
  "btcd's script engine (Go) refuses a changed signature, amount or script, and a missing coin",
  async () => {
    const reversed = editSignatures(TX_HEX, (signatures) => signatures.toReversed());
    const changed = editSignatures(TX_HEX, (signatures) =>
      signatures.map((signature) => signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
    );
    const [first, second, ...others] = PREVOUTS;
    if (first === undefined || second === undefined) throw new Error("the spend has them");
    const refusals = [
      { input: 0, txHex: reversed, prevouts: PREVOUTS },
      { input: 0, txHex: changed, prevouts: PREVOUTS },
      {
        input: 1,
        txHex: TX_HEX,
        prevouts: [first, { ...second, amountSats: second.amountSats + 1 }, ...others],
      },
      {
        input: 1,
        txHex: TX_HEX,
        prevouts: [first, { ...second, scriptHex: first.scriptHex }, ...others],
      },
      { input: 2, txHex: TX_HEX, prevouts: [first, second] },
      { input: -1, txHex: TX_HEX.slice(0, -2), prevouts: PREVOUTS },
    ];
    for (const { input, txHex, prevouts } of refusals) {
      expect(await runScriptEngine({ txHex, prevouts })).toMatchObject({ ok: false, input });
    }
  },
  TIMEOUT_MS,
);
