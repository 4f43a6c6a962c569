/** A long review leaves the line its turn, and ends early where nobody wants it any more. */
import { expect, test } from "bun:test";
import { createSigner } from "../../firmware/index.ts";
import type { Crypto } from "../../firmware/hal.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { createBench, settle } from "./bench-device.ts";
import { errorOf, unwrap } from "./outcomes.ts";
import { psbtOf, readyDevice } from "./ready-device.ts";

/** A ready device on which every tenth hash takes more than a slice. */
const slowDevice = async () => {
  const device = await readyDevice({ approve: "ask" });
  const { clock } = device.bench;
  const hal = device.bench.hal();
  expect(hal.clock).toBe(clock);
  const { sha256, sha256Of } = hal.crypto;
  let hashes = 0;
  const spendTime = (): void => {
    hashes += 1;
    if (hashes % 10 === 0) clock.advance(DEVICE_LIMITS.sliceMs + 1);
  };
  const slow: Pick<Crypto, "sha256" | "sha256Of"> = {
    sha256: () => {
      spendTime();
      return sha256();
    },
    sha256Of: (data) => {
      spendTime();
      return sha256Of(data);
    },
  };
  Object.assign(hal.crypto, slow);
  return device;
};

test("a status is answered, and a seal ends the review, unasked", async () => {
  const { bench, client } = await slowDevice();
  const shown = bench.screens.filter(({ kind }) => kind === "transaction").length;
  const asked = client.signPsbt({ psbt: Uint8Array.from(psbtOf(60).toBuffer()) });
  expect(unwrap(await client.getStatus({})).phase).toBe("ready");
  unwrap(await client.seal({}));
  expect(errorOf(await asked)).toBe("call_indeterminate");
  await settle();
  const after = bench.screens.filter(({ kind }) => kind === "transaction").length;
  expect([shown, after, bench.signatures()]).toEqual([0, 0, 0]);
  await client.close();
});

test("a device's name is 1 to 32 printable ASCII characters", () => {
  const hal = createBench().hal();
  for (const name of ["", "n".repeat(33), "A\n", "Ä", "A\u001b]0;x"]) {
    const identity = { ...hal.identity, name };
    expect(() => createSigner({ ...hal, identity }, { network: "regtest" })).toThrow();
  }
});
