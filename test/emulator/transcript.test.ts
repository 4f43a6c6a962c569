/** A transcript: what it holds, its JSON, its limit, and what it is replayed to. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
  replayDevice,
  replayHost,
  type TranscriptItem,
  transcriptOf,
} from "../../hardware/emulator/index.ts";
import { SEED, unwrap } from "../driver/lines.ts";
import { pairAnother, registerOwn } from "./standard-session.ts";
import { thrownBy } from "./thrown.ts";

const start = (options: EmulatorOptions = {}): Promise<Emulator> =>
  createEmulator({ seed: SEED, rngSeed: "1", clock: createVirtualClock(), ...options });

/** A wallet, its first address and a refusal. */
const live = async ({ client }: Pick<Emulator, "client">) => {
  const { walletId } = await registerOwn(client);
  const place = { walletId, isChange: false, index: 0 };
  unwrap(await client.getAddress({ ...place, isShown: true }));
  await client.getAddress({ ...place, walletId: new Uint8Array(32), isShown: false });
  return place;
};

const kindsOf = (items: readonly TranscriptItem[]): readonly string[] => [
  ...new Set(items.map(({ what }) => what)),
];

test("it holds calls, bytes, screens, presses, phases and the cable, in order", async () => {
  await using signer = await start();
  await live(signer);
  await signer.advance(1000);
  signer.unplug();
  const items = signer.transcript.items();
  expect(kindsOf(items).toSorted()).toEqual(["bytes", "cable", "call", "phase", "press", "screen"]);
  const times = items.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const calls = items.filter((item) => item.what === "call");
  expect(calls.map(({ name }) => name)).toEqual([
    "getXpub",
    "registerWallet",
    "getAddress",
    "getAddress",
  ]);
  expect(calls[3]?.answer?.outcome).toEqual({ ok: false, error: "wallet_unknown" });
  expect(items.slice(-2)).toMatchObject([{ event: "unplugged" }, { event: "hung-up" }]);
  const lines = signer.transcript.text().split("\n");
  expect(lines).toHaveLength(items.length);
  expect(lines.filter((line) => line.includes("call 3: getAddress"))).toHaveLength(1);
});

test("its JSON is read back to the same, and what is none is refused by its place", async () => {
  await using signer = await start();
  await live(signer);
  const json: unknown = JSON.parse(JSON.stringify(signer.transcript));
  const read = transcriptOf(json);
  expect(read.items()).toEqual(signer.transcript.items());
  expect(JSON.stringify(read)).toBe(JSON.stringify(signer.transcript));
  expect(() => transcriptOf("")).toThrow("toJSON()");
  expect(() => transcriptOf({ transcript: 2 })).toThrow("version 1 is read here, not 2");
  const { items, ...head } = signer.transcript.toJSON();
  for (const bad of [{ what: "bytes" }, { ...items[3], atMs: -1 }, { ...items[3], what: "x" }]) {
    const spoiled = { ...head, items: [...items.slice(0, 3), bad, ...items.slice(4)] };
    expect(() => transcriptOf(spoiled)).toThrow("item 3 is malformed");
  }
});

test("bytes of a large upload are read back", () => {
  const head = { transcript: 1, rngSeed: "1", name: "A", dropped: 0 };
  const bytes = "5a".repeat(1 << 22);
  const read = transcriptOf({
    ...head,
    items: [{ what: "bytes", atMs: 0, direction: "toDevice", bytes }],
  });
  const [item] = read.items();
  expect(item?.what === "bytes" ? item.bytes.length : 0).toBe(1 << 22);
});

test("above its limit the oldest items go, and are counted", async () => {
  await using whole = await start();
  await live(whole);
  await using signer = await start({ transcriptBytes: 1000 });
  await live(signer);
  const { transcript } = signer;
  const all = whole.transcript.items();
  expect(transcript.dropped()).toBeGreaterThan(0);
  expect(transcript.items()).toEqual(all.slice(transcript.dropped()));
  expect(transcript.text()).toStartWith(`(${transcript.dropped()} older items are gone)`);
  expect(transcriptOf(transcript.toJSON()).dropped()).toBe(transcript.dropped());
});

test("secret fields are in no form of it", async () => {
  await using signer = await start();
  const secrets: Uint8Array[] = [];
  const spy = await signer.connect({
    intercept: async ({ name }, carry) => {
      const outcome = await carry();
      const { value } = outcome.ok ? outcome : { value: undefined };
      if (name === "pair" && value instanceof Map) secrets.push(value.get(2));
      return outcome;
    },
  });
  await pairAnother({ screen: signer.screen, client: spy });
  await spy.close();
  expect(secrets[0]).toHaveLength(32);
  const told = JSON.stringify(signer.transcript) + signer.transcript.text();
  expect(told).toContain('"credential":"(not told)"');
  expect(told).not.toContain(secrets[0]?.toHex() ?? "");
});

test("a device is replayed without firmware, and says what has not come", async () => {
  await using signer = await start();
  const place = await live(signer);
  const replay = replayDevice(transcriptOf(signer.transcript.toJSON()));
  expect(replay.unused()).toHaveLength(4);
  expect(await live(replay)).toEqual(place);
  expect(replay.unused()).toEqual([]);
  expect(replay.client.peer()).toEqual(signer.client.peer());
  expect(await thrownBy(() => replay.client.getStatus({}))).toContain("a call after the last");
});

test("a call that differs is shown beside the one that was recorded", async () => {
  await using signer = await start();
  const place = await live(signer);
  const replay = replayDevice(signer.transcript);
  const { policy } = { policy: { name: "Other", template: "wpkh(@0/**)", keys: ["k"] } };
  const early = await thrownBy(() => replay.client.getAddress({ ...place, isShown: true }));
  expect(early).toContain("call 1 is not as recorded");
  expect(early).toMatch(/^\* name +getXpub +\| getAddress$/m);
  unwrap(await replay.client.getXpub({ path: [84, 1, 0].map((step) => step + 0x8000_0000) }));
  const other = await thrownBy(() => replay.client.registerWallet(policy));
  expect(other).toMatch(/^ {2}name +registerWallet +\| registerWallet$/m);
  expect(other).toMatch(/^\* params\.name +Own +\| Other$/m);
  expect(other).toMatch(/^ {2}params\.template +wpkh\(@0\/\*\*\) +\| wpkh\(@0\/\*\*\)$/m);
  expect(replay.unused()).toHaveLength(3);
});

test("a refused call leaves no timer behind: a program with one ends at once", async () => {
  const program = `
    import { replayDevice, transcriptOf } from "./hardware/emulator/kit/transcript/index.ts";
    const { client } = replayDevice(transcriptOf(
      { transcript: 1, rngSeed: "1", name: "A", dropped: 0, items: [] }));
    await client.getStatus({}).catch(() => undefined);`;
  const top = join(import.meta.dir, "../..");
  const child = Bun.spawn(["bun", "-e", program], { cwd: top, stderr: "inherit", timeout: 8000 });
  expect(await child.exited).toBe(0);
});

test("a host is replayed to a live signer, which answers the same or is shown", async () => {
  await using signer = await start();
  await live(signer);
  unwrap(await signer.client.getStatus({}));
  await using same = await start();
  expect(await replayHost(signer.transcript, same.client)).toBe(5);
  await using other = await start({ rngSeed: "2" });
  const told = await thrownBy(() => replayHost(signer.transcript, other.client));
  expect(told).toContain("call 5 (getStatus) is answered otherwise");
  expect(told).toMatch(/^\* result\.bootId +[0-9a-f]{32} +\| [0-9a-f]{32}$/m);
  await using ignored = await start({ rngSeed: "2" });
  const ignore = ["getStatus.bootId", "manifest"];
  expect(await replayHost(signer.transcript, ignored.client, { ignore })).toBe(5);
});

test("who replays a device bundles no firmware and no keys", async () => {
  const entry = join(import.meta.dir, "../../hardware/emulator/kit/transcript/index.ts");
  const built = await Bun.build({ entrypoints: [entry], target: "bun", metafile: true });
  const inputs = Object.keys(built.metafile?.inputs ?? {});
  expect(inputs.length).toBeGreaterThan(20);
  const light = /emulator\/(?:kit\/(?:transcript\/|host|chance|chosen-seed)|board\/seeded-rng)/;
  const heavy = inputs.filter((path) => /(?:^|\/)(?:firmware|hardware)\//.test(path));
  expect(heavy.filter((path) => !light.test(path))).toEqual([]);
});
