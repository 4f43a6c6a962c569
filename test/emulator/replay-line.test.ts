/** A recorded device on a line: a host that does the same writes the same, another is shown. */
import { expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  replayLine,
  transcriptOf,
} from "../../hardware/emulator/index.ts";
import type { Client } from "../../host/driver/index.ts";
import { SEED, unwrap } from "../driver/lines.ts";
import { registerOwn } from "./standard-session.ts";
import { thrownBy } from "./thrown.ts";

/** A host's day: a wallet, a wait, a signature, and then an upload that a pulled cable breaks. */
const day = async (client: Client, advance: (ms: number) => Promise<void>, index = 0) => {
  const { walletId, psbtOf } = await registerOwn(client);
  await advance(7000);
  unwrap(await client.getAddress({ walletId, isChange: false, index, isShown: true }));
  const signed = unwrap(await client.signPsbt({ walletId, psbt: psbtOf(8) }));
  await client.close();
  return signed.signatures.toHex();
};

const record = async (): Promise<readonly [Emulator, string]> => {
  const clock = createVirtualClock();
  const signer = await createEmulator({ seed: SEED, rngSeed: "7", clock });
  clock.after(7000, () => {
    clock.after(260, signer.unplug);
    clock.after(900, signer.replug);
  });
  const signatures = await day(signer.client, signer.advance);
  return [signer, signatures];
};

const replayed = (signer: Emulator) => {
  const clock = createVirtualClock();
  const replay = replayLine(transcriptOf(signer.transcript.toJSON()), clock);
  return { clock, replay };
};

test("the same calls write the same and are answered so, over a pulled cable", async () => {
  const [signer, signatures] = await record();
  const cable = signer.transcript.items().filter((item) => item.what === "cable");
  expect(cable.map(({ event }) => event)).toEqual([
    "attached",
    "unplugged",
    "hung-up",
    "plugged",
    "attached",
    "detached",
  ]);
  const { clock, replay } = replayed(signer);
  expect(replay.unwritten()).toBeGreaterThan(4000);
  expect(await day(replay.client, clock.advance)).toBe(signatures);
  expect([replay.difference(), replay.unwritten()]).toEqual([undefined, 0]);
});

test("another call is shown with its frame and its place, and ends the line", async () => {
  const [signer] = await record();
  const { clock, replay } = replayed(signer);
  const thrown = await thrownBy(() => day(replay.client, clock.advance, 1));
  expect(thrown).toContain("link_down");
  const shown = replay.difference() ?? "";
  expect(shown).toContain("the host writes other bytes from byte ");
  expect(shown).toContain("at call 3, ");
  expect(shown).toContain('"name":"getAddress"');
  expect(shown).toMatch(/^ {2}frame +data +\| data$/m);
  expect(shown).toMatch(/^\* payload +[0-9a-f…]+ +\| [0-9a-f…]+$/m);
});

test("another time is shown as well: what the host owes the line comes too late", async () => {
  const [signer] = await record();
  const { clock, replay } = replayed(signer);
  await clock.advance(3);
  await day(replay.client, clock.advance).catch(() => undefined);
  expect(replay.difference()).toBeDefined();
});
