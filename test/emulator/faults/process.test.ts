/** Faults of an emulator's process: on any link, boot after boot, said as they happen. */
import { expect, test } from "bun:test";
import type { Clock, Link } from "../../../firmware/hal.ts";
import type { BoardParts } from "../../../hardware/emulator/board/board.ts";
import { createButtons } from "../../../hardware/emulator/board/buttons.ts";
import { createVirtualClock } from "../../../hardware/emulator/index.ts";
import type { Fault } from "../../../hardware/emulator/kit/faults/index.ts";
import { createFrameSplitter } from "../../../hardware/emulator/lines/frame-splitter.ts";
import { meddledLink } from "../../../hardware/emulator/lines/meddled-link.ts";
import { breakParts } from "../../../hardware/emulator/process/faults.ts";
import type { Settings } from "../../../hardware/emulator/process/settings.ts";
import { createPortableSecrets } from "../../../hardware/secrets/index.ts";
import { encodeFrame } from "../../../protocol/frame/frame.ts";
import { unwrap } from "../../driver/lines.ts";
import { seededRng } from "../../secrets/oracles/seeded.ts";

const PING = encodeFrame({
  type: "ping",
  flags: 0,
  epoch: 1,
  seq: 0,
  ack: 0,
  window: 8,
  channel: 0,
  payload: new Uint8Array(8).fill(9),
});

/** A link as of a terminal, and what stands at its other end. */
const terminal = () => {
  const said: Uint8Array[] = [];
  let receive: ((bytes: Uint8Array) => void) | undefined;
  let cable: ((attached: boolean) => void) | undefined;
  const link: Link = {
    send: (bytes) => void said.push(bytes),
    hasRoom: () => true,
    onRoom: () => undefined,
    onReceive: (action) => {
      receive = action;
    },
    onCable: (action) => {
      cable = action;
    },
  };
  return {
    link,
    said,
    type: (...bytes: readonly number[]) => receive?.(Uint8Array.from(bytes)),
    attach: (attached: boolean) => cable?.(attached),
  };
};

const settingsOf = (faults: unknown, more: Partial<Settings> = {}): Settings => ({
  name: "A",
  network: "regtest",
  approve: "auto",
  link: "/run/a",
  runFolder: "/run",
  lastReason: "power",
  boot: 0,
  secrets: "portable",
  rngSeed: "00",
  faults,
  ...more,
});

const partsOn = (link: Link, clock: Clock, onEnd: BoardParts["onEnd"] = () => undefined) => ({
  name: "A",
  link,
  rng: seededRng("board"),
  secrets: createPortableSecrets(seededRng("engine")),
  buttons: createButtons("auto"),
  lastReason: "power" as const,
  onScreen: () => undefined,
  log: { append: () => undefined },
  onEnd,
  clock,
});

test("bytes of a terminal come as whole frames, and a beginning alone after a while", async () => {
  const clock = createVirtualClock();
  const chunks: string[] = [];
  const take = createFrameSplitter(clock, (chunk) => chunks.push(chunk.toHex()));
  const [ping, two] = [PING.toHex(), Uint8Array.from([...PING, ...PING])];
  for (const byte of two) take(Uint8Array.of(byte));
  expect(chunks).toEqual([ping, ping]);
  take(Uint8Array.from([...two, ...PING.subarray(0, 5)]));
  expect(chunks).toEqual([ping, ping, ping, ping]);
  await clock.advance(100);
  expect(chunks.at(-1)).toBe(PING.subarray(0, 5).toHex());
  take(new Uint8Array(20_000).fill(0xff));
  expect(chunks.at(-1)).toHaveLength(40_000);
});

test("a link that is unplugged: nothing passes, and the device sees the cable go and come", () => {
  const { link: whole, said, type, attach } = terminal();
  const { link, unplug, plug } = meddledLink(whole, createVirtualClock());
  const [heard, cables]: [string[], boolean[]] = [[], []];
  link.onReceive((bytes) => heard.push(bytes.toHex()));
  link.onCable((attached) => cables.push(attached));
  attach(true);
  unplug();
  unplug();
  type(...PING);
  link.send(PING);
  expect([heard, said, cables]).toEqual([[], [], [true, false]]);
  plug();
  type(...PING);
  link.send(PING);
  attach(false);
  expect([heard, said, cables]).toEqual([[PING.toHex()], [PING], [true, false, true, false]]);
});

test("a board without faults is left as it is", () => {
  const parts = partsOn(terminal().link, createVirtualClock());
  expect(unwrap(breakParts(settingsOf(undefined), parts, () => undefined))).toBe(parts);
  expect(unwrap(breakParts(settingsOf([]), parts, () => undefined))).toBe(parts);
});

test("a list that is none is refused by name, with a sentence", () => {
  const parts = partsOn(terminal().link, createVirtualClock());
  expect(breakParts(settingsOf([{ kind: "gremlins" }]), parts, () => undefined)).toEqual({
    ok: false,
    error: "arguments_invalid",
    details: { faults: 'there is no fault "gremlins"' },
  });
});

/** What of three frames to the device arrives under faults that happened so often before. */
const boot = (faults: readonly Fault[], happened: readonly number[]) => {
  const { link, type } = terminal();
  const events: unknown[] = [];
  const settings = settingsOf(faults, { happened, boot: 1 });
  const whole = partsOn(link, createVirtualClock());
  const broken = unwrap(breakParts(settings, whole, (event) => events.push(event)));
  let heard = 0;
  broken.link.onReceive(() => {
    heard += 1;
  });
  for (let i = 0; i < 3; i += 1) type(...PING);
  return { heard, events };
};

test("what happened in an earlier boot does not happen again, what is left of it does", () => {
  const lost: Fault = { kind: "zero made", after: 1, times: 2 };
  const silence: Fault = { kind: "silence", forMs: 9_999 };
  const told = { event: "fault", name: "A", atMs: 0 };
  expect(boot([silence], [0])).toEqual({
    heard: 0,
    events: [{ ...told, kind: "silence", place: 0 }],
  });
  expect(boot([silence], [1])).toEqual({ heard: 3, events: [] });
  const zeros = (count: number) => Array(count).fill({ ...told, kind: "zero made", place: 1 });
  expect(boot([silence, lost], [1, 0]).events).toEqual(zeros(2));
  expect(boot([silence, lost], [1, 1]).events).toEqual(zeros(1));
  expect(boot([silence, lost], [1, 2]).events).toEqual([]);
});

test("a brown-out ends the process for that reason, at its signature and no other", () => {
  const [reasons, events]: [string[], unknown[]] = [[], []];
  const whole = partsOn(terminal().link, createVirtualClock(), (why) => void reasons.push(why));
  const settings = settingsOf([{ kind: "brown-out", signature: 2 }]);
  const { secrets } = unwrap(breakParts(settings, whole, (event) => events.push(event)));
  const node = unwrap(secrets.derive(secrets.master(unwrap(secrets.generateSeed(PING))), [0]));
  const sign = () => secrets.signEcdsa(node, new Uint8Array(32).fill(1), secrets.publicKey(node));
  const first = sign();
  expect([reasons, events]).toEqual([[], []]);
  expect(sign()).toEqual(first);
  expect(sign()).toEqual(first);
  expect(reasons).toEqual(["brown-out"]);
  expect(events).toEqual([{ event: "fault", name: "A", kind: "brown-out", place: 0, atMs: 0 }]);
});
