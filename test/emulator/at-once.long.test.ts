/** A hundred emulators at once in one process: each its own device, and none in another's way. */
import { expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
} from "../../hardware/emulator/index.ts";
import { unwrap } from "../driver/lines.ts";
import { SEEDS } from "../kit/index.ts";

const COUNT = 100;
const ALL = Object.values(SEEDS);

const wordsOf = (i: number): string => ALL[i % ALL.length]?.words ?? "";

const startAll = (clock: ReturnType<typeof createVirtualClock> | undefined) =>
  Promise.all(
    Array.from({ length: COUNT }, (_, i) =>
      createEmulator({
        name: `N${i}`,
        rngSeed: "one for all",
        ...(i % 2 === 0 ? { seed: wordsOf(i) } : {}),
        ...(clock === undefined ? {} : { clock }),
      }),
    ),
  );

const askAll = (signers: readonly Emulator[]) =>
  Promise.all(
    signers.map(async ({ client }) => {
      const { name, phase } = unwrap(await client.getStatus({}));
      return { name, phase, bootId: client.peer().bootId?.toHex() };
    }),
  );

test.each([
  ["on this machine's clock", undefined],
  ["on one clock of their own", createVirtualClock()],
])("%s", async (_, clock) => {
  await using stack = new AsyncDisposableStack();
  const signers = await startAll(clock);
  for (const signer of signers) stack.use(signer);
  const said = await askAll(signers);
  expect(said.map(({ name }) => name)).toEqual(signers.map((_signer, i) => `N${i}`));
  expect(said.filter(({ phase }) => phase === "ready")).toHaveLength(COUNT / 2);
  expect(new Set(said.map(({ bootId }) => bootId)).size).toBe(COUNT);
  signers[0]?.powerCut();
  const after = await askAll(signers);
  expect(after[0]?.bootId).not.toBe(said[0]?.bootId ?? "");
  expect(after.slice(1)).toEqual(said.slice(1));
});
