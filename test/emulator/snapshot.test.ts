/** Snapshots: another emulator in the same state, as often as it is wanted. */
import { expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
  type Snapshot,
} from "../../hardware/emulator/index.ts";
import { lazyClient } from "../../host/driver/index.ts";
import { GENESIS, SEED, unwrap } from "../driver/lines.ts";
import { pairAnother, registerOwn, type SpendingWallet } from "./standard-session.ts";
import { thrownBy } from "./thrown.ts";

const portable = (options: EmulatorOptions = {}): Promise<Emulator> =>
  createEmulator({ secrets: "portable", clock: createVirtualClock(), rngSeed: "1", ...options });

/** A signer with a wallet, a pairing, a power cut and a signature behind it. */
const lived = async (options: EmulatorOptions = {}) => {
  const signer = await portable({ seed: SEED, ...options });
  await pairAnother(signer);
  await registerOwn(signer.client);
  signer.powerCut();
  const wallet = await registerOwn(signer.client);
  await signer.advance(4321);
  signer.unplug();
  await signer.advance(100);
  signer.replug();
  const { walletId, psbtOf } = wallet;
  unwrap(await signer.client.signPsbt({ walletId, psbt: psbtOf(1) }));
  return { signer, wallet };
};

const throughJson = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot));

const sign = async (signer: Emulator, { walletId, psbtOf }: SpendingWallet, inputs: number) => {
  const reply = unwrap(await signer.client.signPsbt({ walletId, psbt: psbtOf(inputs) }));
  return reply.signatures.toHex();
};

test("what is restored signs the same, shows the same, and goes on with its own life", async () => {
  const { signer, wallet } = await lived();
  const snapshot = throughJson(signer.snapshot());
  const [one, other] = [await createEmulator({ from: snapshot }), await signer.restore(snapshot)];
  expect(one.screens).toEqual(signer.screens);
  expect(one.log).toEqual(signer.log);
  expect([one.phase(), one.fingerprint()]).toEqual([signer.phase(), signer.fingerprint()]);
  const bootIds = [signer, one].map(
    async ({ client }) => unwrap(await client.getStatus({})).bootId,
  );
  expect(await bootIds[1]).toEqual(await bootIds[0]);
  unwrap(await other.client.getStatus({}));
  expect(await sign(one, wallet, 2)).toBe(await sign(other, wallet, 2));
  expect(one.screens).toEqual(other.screens);
  expect(JSON.stringify(one.transcript)).toBe(JSON.stringify(other.transcript));
  one.powerCut();
  unwrap(await other.client.getStatus({}));
  expect(one.screens).not.toEqual(other.screens);
});

test("a wallet registered before is known, and no call's key is used again", async () => {
  const { signer, wallet } = await lived();
  const again = await createEmulator({ from: signer.snapshot() });
  const place = { walletId: wallet.walletId, isChange: false, index: 7, isShown: false };
  const ours = unwrap(await again.client.getAddress(place));
  expect(ours).toEqual(unwrap(await signer.client.getAddress(place)));
});

/** All that the device has said, in hex. */
const saidBy = ({ transcript }: Emulator): string =>
  transcript
    .items()
    .filter((item) => item.what === "bytes")
    .filter(({ direction }) => direction === "toHost")
    .map(({ bytes }) => bytes.toHex())
    .join("");

test("in the middle of an upload: what came between two steps comes so again", async () => {
  const { signer, wallet } = await lived();
  const { walletId, psbtOf } = wallet;
  const snapshots: Snapshot[] = [];
  const asked: Promise<unknown>[] = [];
  const onProgress = (): void => {
    snapshots.push(signer.snapshot());
    asked.push(signer.client.getStatus({})); // it arrives while the device is at work
  };
  unwrap(await signer.client.signPsbt({ walletId, psbt: psbtOf(12) }, { onProgress }));
  await Promise.all(asked);
  snapshots.push(signer.snapshot());
  expect(snapshots.length).toBeGreaterThan(2);
  const all = saidBy(signer);
  for (const snapshot of snapshots) {
    const said = saidBy(await createEmulator({ from: snapshot }));
    expect(all.startsWith(said)).toBe(true);
  }
});

test("a snapshot of what was restored is as good", async () => {
  const { signer, wallet } = await lived();
  const first = await createEmulator({ from: signer.snapshot() });
  await sign(first, wallet, 1);
  const second = await createEmulator({ from: throughJson(first.snapshot()) });
  expect(second.screens).toEqual(first.screens);
  expect(await sign(second, wallet, 2)).toMatch(/^[0-9a-f]+$/);
});

test("in the middle of a question: the press comes after the restoring", async () => {
  const clock = createVirtualClock();
  const signer = await portable({ approve: "ask", clock });
  // A client for which time does not pass by itself: nobody is in a hurry to press.
  const { open, identity } = signer;
  const asked = lazyClient({ open, identity, clock }).generateSeed(GENESIS);
  await signer.advance(1000);
  expect(signer.screen()?.kind).toBe("message");
  const again = await createEmulator({ from: signer.snapshot() });
  expect(again.screens).toEqual(signer.screens);
  signer.press("yes");
  const before = unwrap(await clock.until(asked));
  expect(signer.phase()).toBe("provisioning");
  const third = await createEmulator({ from: signer.snapshot() });
  expect(third.phase()).toBe("provisioning");
  expect(before.shares).toHaveLength(2);
});

test("restoring calls nobody: what came is given again", async () => {
  const { signer } = await lived();
  const snapshot = signer.snapshot();
  const again = await createEmulator({ from: snapshot });
  const calls = again.transcript.items().filter(({ what }) => what === "call");
  expect(calls).toEqual([]);
});

test("without a virtual clock or the portable engine there are none, in one sentence", async () => {
  const told = 'snapshot(): made with clock: createVirtualClock() and secrets: "portable" only';
  expect((await createEmulator({ secrets: "portable" })).snapshot).toThrow(told);
  expect((await createEmulator({ clock: createVirtualClock() })).snapshot).toThrow(told);
});

test("what is none, or another version's, is refused", async () => {
  const signer = await portable({ seed: SEED });
  unwrap(await signer.client.getStatus({}));
  const snapshot = signer.snapshot();
  const [first] = snapshot.inputs;
  if (first === undefined) throw new Error("a host came");
  const cases = [
    [{ ...snapshot, snapshot: 2 }, "no snapshot of version 1"],
    [{ ...snapshot, options: "ff" }, "options are malformed"],
    [{ ...snapshot, inputs: [{ ...first, what: "press" }] }, "input 0 is malformed"],
    [{ ...snapshot, screens: "00" }, "another state than the snapshot's"],
    [{ ...snapshot, inputs: [{ ...first, step: 999 }] }, "another state than the snapshot's"],
  ] as const;
  for (const [from, means] of cases) {
    expect(await thrownBy(() => createEmulator({ from }))).toContain(means);
  }
  const named = await thrownBy(() => createEmulator({ from: snapshot, name: "B" }));
  expect(named).toContain("name is the snapshot's");
});
