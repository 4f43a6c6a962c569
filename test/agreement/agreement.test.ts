/** The device signs as bitcoinjs-lib and @scure/btc-signer do, byte for byte. */
import { expect, test } from "bun:test";
import { SEED } from "../protocol/random.ts";
import { ENGINES } from "../secrets/oracles/engines.ts";
import { agreeOn } from "./agreement.ts";
import { createDevice, DEVICE_REACH } from "./device.ts";

/** Random spends of an ordinary run; the long one has 2,000. */
const CASES = 60;

test(`the device and both libraries, ${CASES} random spends`, async () => {
  const devices = ENGINES.map(createDevice);
  const shapes = new Set<string>();
  for (let number = 0; number < CASES; number += 1) {
    const device = devices[number % devices.length] ?? devices[0];
    if (device === undefined) throw new Error("there is an engine");
    shapes.add((await agreeOn(() => device, SEED, number, DEVICE_REACH)).shape);
  }
  expect(shapes.size).toBe(DEVICE_REACH.shapes.length);
});
