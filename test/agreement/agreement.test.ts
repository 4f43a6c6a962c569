/** The device signs as bitcoinjs-lib and @scure/btc-signer do, byte for byte. */
import { expect, test } from "bun:test";
import { SEED } from "../protocol/random.ts";
import { DEVICE_REACH } from "./device.ts";
import { runShare } from "./share.ts";

/** Random spends of an ordinary run, of every kind some; the long one has 2,000. */
const CASES = 48;
const TIMEOUT_MS = 60_000;

test(
  `the device and both libraries, ${CASES} random spends`,
  async () => {
    const share = { seed: SEED, first: 0, step: 1, end: CASES, reach: DEVICE_REACH };
    const { failure, cases, largest } = await runShare(share);
    expect(failure ?? "all agree").toBe("all agree");
    expect(cases).toBe(CASES);
    expect(largest.length).toBe(DEVICE_REACH.shapes.length);
  },
  TIMEOUT_MS,
);
