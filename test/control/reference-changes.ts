/** Changes to what the valid spend is checked against, and the points that must refuse each. */

import { CHECK_POINTS } from "../../host/control/index.ts";
import {
  DESCRIPTOR,
  editTransaction,
  keysOf,
  OUTPUTS,
  PREVOUTS,
  SIGNERS,
  type SpendChange,
  signSpend,
  STRANGERS,
  TX_HEX,
  withChecksum,
} from "./signed-spend.ts";

const [FIRST = "", SECOND = ""] = SIGNERS.map(({ fingerprint }) => fingerprint);

const withFirstPrevout = (changes: Partial<(typeof PREVOUTS)[number]>) => ({
  prevouts: PREVOUTS.map((prevout, place) => (place === 0 ? { ...prevout, ...changes } : prevout)),
});

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

/** Prevouts, paths and descriptors that are not the spend's, and broken serialisations. */
export const REFERENCE_CHANGES: readonly SpendChange[] = [
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
    name: "a coin spent twice",
    fails: ["prevouts", "witness", "fee", "distinct-signers"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ inputs, witnesses }) => {
        inputs.push(...inputs.slice(0, 1));
        witnesses?.push(...witnesses.slice(0, 1));
      }),
    },
  },
  {
    name: "two keys of one signer",
    fails: ["distinct-signers"],
    changes: { descriptor: withChecksum(DESCRIPTOR.slice(0, -9).replace(SECOND, FIRST)) },
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
