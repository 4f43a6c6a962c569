/** The last JSON line of each command, key by key, as the command line promises it. */
import { expect } from "bun:test";
import { ERRORS, type ErrorName } from "../../protocol/errors.ts";
import { eventsOf, type JsonEvent, lastOf, type Run } from "./mayfly.ts";

const hex = (bytes: number): unknown =>
  expect.stringMatching(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const anyHex = expect.stringMatching(/^([0-9a-f]{2})+$/);
const base64 = expect.stringMatching(/^[A-Za-z0-9+/]+={0,2}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const text: unknown = expect.any(String);
const number: unknown = expect.any(Number);
const truth: unknown = expect.any(Boolean);

/** What each event is equal to. */
export const CONTRACT = {
  listening: {
    event: "listening",
    name: expect.stringMatching(/^[A-Z]$/),
    path: expect.stringMatching(/^(?:\/|unix:\/|tcp:\/\/127\.)/),
    pid: number,
    phase: "sealed",
    fingerprint: null,
    linkKey: null,
  },
  status: {
    event: "status",
    name: text,
    phase: text,
    bootId: hex(16),
    version: text,
    protocol: number,
    firmwareDigest: hex(32),
    // Besides, `missing` where a protection does not hold.
    secrets: expect.objectContaining({
      engine: expect.stringMatching(/^(?:native|portable)$/),
      library: text,
      volatile: expect.any(Boolean),
      protections: expect.any(Array),
    }),
    manifest: null,
    fingerprint: null,
    uptimeMs: number,
    insecure: true,
  },
  quote: { event: "quote", quote: base64, expires: time },
  provisioned: { event: "provisioned", phase: "ready", have: 2, need: 2, fingerprint: hex(4) },
  partly: { event: "provisioned", phase: "provisioning", have: 1, need: 2 },
  genesis: { event: "genesis", fingerprint: hex(4), shares: [text, text, text] },
  custodian: { event: "custodian", public: expect.stringMatching(/^mfcustodian1[0-9a-z]+$/) },
  sealedShare: { event: "sealed-share", file: text, expires: time },
  xpub: {
    event: "xpub",
    key: expect.stringMatching(/^\[[0-9a-f]{8}\/48'\/1'\/0'\/2'\]tpub[1-9A-HJ-NP-Za-km-z]+$/),
    fingerprint: hex(4),
    path: "m/48'/1'/0'/2'",
  },
  sealed: { event: "sealed", name: text },
  registered: { event: "registered", walletId: hex(32), name: text, descriptors: [text, text] },
  address: {
    event: "address",
    address: expect.stringMatching(/^bcrt1q[0-9a-z]{58}$/),
    path: text,
    scriptHex: expect.stringMatching(/^0020[0-9a-f]{64}$/),
  },
  manifest: {
    event: "manifest",
    hash: hex(32),
    version: number,
    signatures: number,
    required: number,
    valid: truth,
  },
  done: {
    event: "done",
    network: "regtest",
    descriptor: expect.stringMatching(/^wsh\(sortedmulti\(2,.+\)\)#[0-9a-z]{8}$/),
    prevouts: expect.any(Array),
    txHex: anyHex,
    txid: hex(32),
    signedBy: [hex(4), hex(4)],
    devices: ["A", "B", "C"].map((name) => ({ name, pid: number, fingerprint: hex(4) })),
    ms: number,
  },
} as const;

/** A coin of the demo. */
export const PREVOUT = {
  txid: hex(32),
  vout: number,
  amountSats: number,
  scriptHex: expect.stringMatching(/^0020[0-9a-f]{64}$/),
  path: expect.stringMatching(/^[01]\/\d+$/),
};

/** A device that `devices` found. */
export const FOUND = {
  path: text,
  busy: truth,
  name: text,
  phase: text,
  fingerprint: null,
  bootId: hex(16),
};

/** A complete answer of `sign`, of so many signatures. */
export const signedContract = (signatures: number, complete: boolean) => ({
  event: "signed",
  psbt: base64,
  complete,
  signatures: Array.from({ length: signatures }, () => ({
    input: number,
    pubkey: hex(33),
    signature: anyHex,
  })),
  receipts: [],
  ms: number,
});

/** An event is what the contract says, no key more and none less. */
export const expectContract = (event: JsonEvent, name: keyof typeof CONTRACT): void => {
  expect(event).toEqual({ ...CONTRACT[name] });
};

/** Under `--json`: the exit code, and one last line with the whole error and nothing else in it. */
export const expectJsonRefusal = (run: Run, name: ErrorName, code = 1): JsonEvent => {
  const { group, means, retry } = ERRORS[name];
  const last = lastOf(run);
  const said = last["error"];
  const hasDetails = typeof said === "object" && said !== null && "details" in said;
  const details = hasDetails ? { details: expect.any(Object) } : {};
  expect(last).toEqual({ event: "error", error: { name, group, means, retry, ...details } });
  expect(run.code).toBe(code);
  expect(eventsOf(run).length).toBeGreaterThan(0);
  return last;
};

/** For people: one line on standard error that ends with the name, no trace of a stack. */
export const expectSentence = (run: Run, name: ErrorName, code = 1): void => {
  const lines = run.stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^mayfly: [A-Z].*\. \[[a-z_0-9]+\]$/);
  expect(lines[0]).toEndWith(`[${name}]`);
  expect(lines[0]).not.toMatch(/\bat .*:\d+:\d+|\.ts\b|undefined|\[object/);
  expect(run.code).toBe(code);
};
