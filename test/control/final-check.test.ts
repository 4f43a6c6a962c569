import { describe, expect, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { Transaction } from "@scure/btc-signer";
import {
  type CheckRequest,
  CHECK_POINTS,
  checkTransaction,
  type PointName,
} from "../../host/control/index.ts";
import {
  CHANGE_PATH,
  checkRequest,
  DESCRIPTOR,
  editSignatures,
  editTransaction,
  FEE_SATS,
  foreignAddress,
  keysOf,
  OUTPUTS,
  PAYMENTS,
  PREVOUTS,
  privateKeyAt,
  scriptOf,
  SIGNERS,
  signSpend,
  STRANGERS,
  type TestOutput,
  TX_HEX,
  walletScript,
  withChecksum,
} from "./signed-spend.ts";

const failedPoints = (request: CheckRequest): readonly PointName[] =>
  checkTransaction(request)
    .points.filter(({ ok }) => !ok)
    .map(({ point }) => point);

const FINGERPRINTS = SIGNERS.map(({ fingerprint }) => fingerprint);
const [A = "", B = "", C = ""] = FINGERPRINTS;
const [FIRST = { script: new Uint8Array(0), amountSats: 0 }, ...OTHERS] = OUTPUTS;

/** A signature of a signer over input 0, of another sighash type or in another way than signSpend's. */
const signFirst = (signer: number, sighash: number, extraEntropy?: Uint8Array): Uint8Array => {
  const [key] = SIGNERS.slice(signer);
  const [coin] = PREVOUTS;
  if (key === undefined || coin === undefined) throw new Error("the spend has them");
  const tx = Transaction.fromRaw(hexToBytes(TX_HEX), { allowUnknownOutputs: true });
  const { witnessScript } = walletScript(coin.path);
  const digest = tx.preimageWitnessV0(0, witnessScript, sighash, BigInt(coin.amountSats));
  const options = { prehash: false, format: "der", extraEntropy: extraEntropy ?? false } as const;
  const der = secp256k1.sign(digest, privateKeyAt(key, coin.path), options);
  return concatBytes(der, Uint8Array.of(sighash));
};

const withHighS = (signature: Uint8Array): Uint8Array => {
  const { r, s } = secp256k1.Signature.fromBytes(signature.subarray(0, -1), "der");
  const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s);
  return concatBytes(high.toBytes("der"), signature.subarray(-1));
};

const withOutputs = (...outputs: readonly TestOutput[]): string => signSpend(outputs);

const withFirstPrevout = (changes: Partial<(typeof PREVOUTS)[number]>) => ({
  prevouts: PREVOUTS.map((prevout, place) => (place === 0 ? { ...prevout, ...changes } : prevout)),
});

describe("a valid spend", () => {
  test("passes every point, and its signers are named", () => {
    const report = checkTransaction(checkRequest());
    expect(report.points).toEqual(CHECK_POINTS.map((point) => ({ point, ok: true })));
    expect(report).toMatchObject({ ok: true, signedBy: [A, B] });
  });

  test.each([
    [
      [0, 1],
      [A, B],
    ],
    [
      [0, 2],
      [A, C],
    ],
    [
      [1, 2],
      [B, C],
    ],
  ])("passes with the signers %p", (signers, signedBy) => {
    const report = checkTransaction(checkRequest({ txHex: signSpend(OUTPUTS, signers) }));
    expect(report).toMatchObject({ ok: true, signedBy });
  });

  test("passes with its outputs and prevouts in another order", () => {
    const txHex = signSpend(OUTPUTS.toReversed());
    expect(failedPoints(checkRequest({ txHex, prevouts: PREVOUTS.toReversed() }))).toEqual([]);
  });

  test("passes without change where none is agreed on", () => {
    const payments = [...PAYMENTS, { address: foreignAddress(0x53), amountSats: 2_995_000 }];
    const txHex = withOutputs(
      ...payments.map(({ address, amountSats }) => ({ script: scriptOf(address), amountSats })),
    );
    expect(failedPoints(checkRequest({ txHex, payments, change: undefined }))).toEqual([]);
  });

  test("passes with two equal payments, each made once", () => {
    const payments = [...PAYMENTS, { ...PAYMENTS[1] }];
    const twice = { script: scriptOf(PAYMENTS[1].address), amountSats: PAYMENTS[1].amountSats };
    const change = { script: walletScript(CHANGE_PATH).script, amountSats: 1_995_000 };
    const txHex = withOutputs(...OUTPUTS.slice(0, 2), twice, change);
    expect(failedPoints(checkRequest({ txHex, payments }))).toEqual([]);
    expect(failedPoints(checkRequest({ txHex }))).toEqual(["payments"]);
    expect(failedPoints(checkRequest({ payments }))).toEqual(["payments"]);
  });

  test("names only the signers of every input where inputs differ", () => {
    const other = signSpend(OUTPUTS, [0, 2]);
    const txHex = editTransaction(TX_HEX, (tx) => {
      editTransaction(other, ({ witnesses }) => {
        tx.witnesses?.splice(1, 2, ...(witnesses?.slice(1) ?? []));
      });
    });
    expect(checkTransaction(checkRequest({ txHex }))).toMatchObject({ ok: true, signedBy: [A] });
  });
});

interface Mutation {
  readonly name: string;
  readonly fails: readonly PointName[];
  readonly changes: Partial<CheckRequest>;
}

const SIGNATURES: readonly Mutation[] = [
  {
    name: "one signature removed",
    fails: ["witness", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, (all) => all.slice(0, 1)) },
  },
  {
    name: "the same signature twice",
    fails: ["witness", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, ([one]) => (one === undefined ? [] : [one, one])) },
  },
  {
    name: "two signatures by the same key",
    fails: ["witness", "distinct-signers"],
    changes: {
      txHex: editSignatures(TX_HEX, () => [
        signFirst(0, 1),
        signFirst(0, 1, new Uint8Array(32).fill(9)),
      ]),
    },
  },
  {
    name: "the signatures in the wrong order",
    fails: ["witness"],
    changes: { txHex: editSignatures(TX_HEX, (all) => all.toReversed()) },
  },
  {
    name: "one signature too many",
    fails: ["witness"],
    changes: { txHex: editSignatures(TX_HEX, (all) => [...all, signFirst(2, 1)]) },
  },
  {
    name: "a high S",
    fails: ["low-s"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one, place) => (place === 0 ? withHighS(one) : one)),
      ),
    },
  },
  {
    name: "SIGHASH_NONE",
    fails: ["witness", "sighash", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, () => [signFirst(0, 2), signFirst(1, 2)]) },
  },
  {
    name: "another sighash byte on a signature of SIGHASH_ALL",
    fails: ["sighash"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one) => concatBytes(one.subarray(0, -1), Uint8Array.of(0x81))),
      ),
    },
  },
  {
    name: "a signature that is not strict DER",
    fails: ["witness", "low-s", "sighash", "distinct-signers"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one) => concatBytes(one.subarray(0, -1), Uint8Array.of(0, 1))),
      ),
    },
  },
  {
    name: "a dummy that is not empty",
    fails: ["witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ witnesses }) => {
        witnesses?.[0]?.splice(0, 1, Uint8Array.of(1));
      }),
    },
  },
  {
    name: "another witness script",
    fails: ["scripts", "witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ witnesses }) => {
        witnesses?.[0]?.splice(-1, 1, walletScript("0/9").witnessScript);
      }),
    },
  },
  {
    name: "a scriptSig beside the witness",
    fails: ["witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ inputs: [input] }) => {
        if (input !== undefined) input.finalScriptSig = Uint8Array.of(0x51);
      }),
    },
  },
  {
    name: "no witness",
    fails: ["scripts", "witness", "low-s", "sighash", "distinct-signers"],
    changes: {
      txHex: editTransaction(TX_HEX, (tx) => {
        tx.segwitFlag = false;
        tx.witnesses = undefined;
      }),
    },
  },
  {
    name: "a signer who is not expected",
    fails: ["distinct-signers"],
    changes: { fingerprints: [A, C] },
  },
];

const OUTPUT_CHANGES: readonly Mutation[] = [
  {
    name: "a payment missing",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(1, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 5_495_000,
      }),
    },
  },
  {
    name: "an output added",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(...OUTPUTS, { script: scriptOf(foreignAddress(0x60)), amountSats: 600 }),
    },
  },
  {
    name: "a payment's amount changed",
    fails: ["payments"],
    changes: { txHex: withOutputs({ ...FIRST, amountSats: FIRST.amountSats - 1 }, ...OTHERS) },
  },
  {
    name: "a payment's address changed",
    fails: ["payments"],
    changes: {
      txHex: withOutputs({ ...FIRST, script: scriptOf(foreignAddress(0x61)) }, ...OTHERS),
    },
  },
  {
    name: "an approved address of another network",
    fails: ["payments"],
    changes: {
      payments: [
        { address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", amountSats: 2_500_000 },
        PAYMENTS[1],
      ],
    },
  },
  {
    name: "change to a foreign script",
    fails: ["payments", "change"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH, STRANGERS).script,
        amountSats: 2_995_000,
      }),
    },
  },
  {
    name: "change in two parts",
    fails: ["payments"],
    changes: {
      txHex: withOutputs(
        ...OUTPUTS.slice(0, 2),
        { script: walletScript(CHANGE_PATH).script, amountSats: 2_000_000 },
        { script: walletScript(CHANGE_PATH).script, amountSats: 995_000 },
      ),
    },
  },
  {
    name: "change nobody agreed on",
    fails: ["payments", "change"],
    changes: { change: undefined },
  },
  { name: "change elsewhere", fails: ["payments", "change"], changes: { change: { path: "1/4" } } },
  {
    name: "change on the receiving branch",
    fails: ["payments", "change"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript("0/3").script,
        amountSats: 2_995_000,
      }),
      change: { path: "0/3" },
    },
  },
  { name: "a fee above its bound", fails: ["fee"], changes: { maxFeeSats: FEE_SATS - 1 } },
  { name: "a bound that is no amount", fails: ["fee"], changes: { maxFeeSats: Number.NaN } },
  {
    name: "an absurd fee rate under a wide bound",
    fails: ["fee"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 2_000_000,
      }),
      maxFeeSats: 5_000_000,
    },
  },
  {
    name: "no fee",
    fails: ["fee"],
    changes: {
      txHex: withOutputs(...OUTPUTS.slice(0, 2), {
        script: walletScript(CHANGE_PATH).script,
        amountSats: 3_000_000,
      }),
    },
  },
];

const REST = ["prevouts", "scripts", "witness", "distinct-signers", "fee"] as const;
const UNREAD_TX = CHECK_POINTS.filter((point) => point !== "descriptor");
const UNREAD_WALLET = [
  "descriptor",
  "scripts",
  "witness",
  "payments",
  "change",
  "distinct-signers",
] as const;

const REFERENCES: readonly Mutation[] = [
  {
    name: "a wrong prevout amount",
    fails: ["prevouts", "witness", "distinct-signers"],
    changes: withFirstPrevout({ amountSats: 3_000_001 }),
  },
  {
    name: "a prevout amount that is none",
    fails: ["prevouts", "witness", "fee", "distinct-signers"],
    changes: withFirstPrevout({ amountSats: -0.5 }),
  },
  {
    name: "a wrong prevout script",
    fails: ["prevouts", "scripts"],
    changes: withFirstPrevout({ scriptHex: PREVOUTS[1]?.scriptHex ?? "" }),
  },
  {
    name: "another previous transaction",
    fails: ["prevouts"],
    changes: withFirstPrevout({ previousTxHex: PREVOUTS[2]?.previousTxHex ?? "" }),
  },
  {
    name: "a previous transaction that is none",
    fails: ["prevouts"],
    changes: withFirstPrevout({ previousTxHex: "00" }),
  },
  { name: "a prevout not listed", fails: REST, changes: { prevouts: PREVOUTS.slice(1) } },
  {
    name: "a prevout listed twice",
    fails: ["prevouts"],
    changes: { prevouts: [...PREVOUTS, ...PREVOUTS.slice(0, 1)] },
  },
  {
    name: "a listed prevout not spent",
    fails: ["prevouts", "payments"],
    changes: { txHex: signSpend(OUTPUTS.slice(2), [0, 1], PREVOUTS.slice(0, 1)) },
  },
  {
    name: "a wrong path",
    fails: ["scripts", "witness", "distinct-signers"],
    changes: withFirstPrevout({ path: "0/1" }),
  },
  {
    name: "a path that is none",
    fails: ["scripts", "witness", "distinct-signers"],
    changes: withFirstPrevout({ path: "0" }),
  },
  {
    name: "a wrong checksum of the descriptor",
    fails: UNREAD_WALLET,
    changes: { descriptor: DESCRIPTOR.replace(/.$/, (last) => (last === "q" ? "p" : "q")) },
  },
  {
    name: "another wallet's descriptor",
    fails: UNREAD_WALLET.slice(1),
    changes: {
      descriptor: withChecksum(`wsh(sortedmulti(2,${keysOf(STRANGERS).join(",")}))`),
    },
  },
  { name: "truncated hex", fails: UNREAD_TX, changes: { txHex: TX_HEX.slice(0, -2) } },
  { name: "half a byte missing", fails: UNREAD_TX, changes: { txHex: TX_HEX.slice(0, -1) } },
  { name: "a byte too many", fails: UNREAD_TX, changes: { txHex: `${TX_HEX}00` } },
  { name: "no transaction", fails: UNREAD_TX, changes: { txHex: "" } },
];

describe("a changed spend is refused", () => {
  test.each([...SIGNATURES, ...OUTPUT_CHANGES, ...REFERENCES])("$name", ({ fails, changes }) => {
    const request = checkRequest(changes);
    expect(failedPoints(request)).toEqual(CHECK_POINTS.filter((point) => fails.includes(point)));
    expect(checkTransaction(request).ok).toBe(false);
  });

  test("every point has a change that it refuses", () => {
    const all = [...SIGNATURES, ...OUTPUT_CHANGES, ...REFERENCES].flatMap(({ fails }) => fails);
    expect(CHECK_POINTS.filter((point) => !all.includes(point))).toEqual([]);
  });

  test("what cannot be judged says so", () => {
    const { points } = checkTransaction(checkRequest({ txHex: "" }));
    expect(points).toContainEqual({
      point: "fee",
      ok: false,
      why: "Not judged without the transaction.",
    });
  });
});
