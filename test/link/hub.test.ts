/** The hub: channels, counters, fairness, and clients that are slow, hostile or gone. */
import { afterAll, expect, test } from "bun:test";
import { LIMITS } from "../../protocol/limits.ts";
import { handshakeRecord } from "../../protocol/session/binding.ts";
import { until } from "../driver/lines.ts";
import { at } from "../firmware/outcomes.ts";
import { startHub } from "./fake-hub.ts";
import { cleanUp, connectRaw, createFakeLink, type RawClient } from "./sockets.ts";

afterAll(cleanUp);

const opened = async (file: string) => {
  const client = connectRaw(file);
  await until("an open", () => client.said.length > 0);
  const [open] = client.said;
  if (open?.kind !== "open") throw new Error("no open");
  return { ...client, open };
};

const handshake = (counter: number) =>
  ({
    kind: "record",
    isHandshake: true,
    bytes: handshakeRecord("NN", counter, new Uint8Array(32)),
  }) as const;

const transport = (...bytes: readonly number[]) =>
  ({ kind: "record", isHandshake: false, bytes: Uint8Array.from(bytes) }) as const;

test("each client has a channel of its own, and both HELLOs as they were sent", async () => {
  const { file, links } = await startHub();
  const clients = [await opened(file), await opened(file)];
  const { binding } = at(links, 0);
  expect(clients.map(({ open }) => open)).toEqual(
    [0, 1].map((channel) => ({
      kind: "open",
      hostHello: binding.hellos.host,
      deviceHello: binding.hellos.device,
      epoch: 1,
      channel,
      counter: 0,
    })),
  );
});

test("records pass both ways, on the client's channel only", async () => {
  const { file, links } = await startHub();
  const [a, b] = [await opened(file), await opened(file)];
  b.say(transport(1, 2, 3));
  await until("a record", () => at(links, 0).sent.length === 1);
  expect(at(links, 0).sent).toEqual([
    { channel: 1, isHandshake: false, record: Uint8Array.of(1, 2, 3) },
  ]);
  at(links, 0).bring({ channel: 0, isHandshake: true, record: Uint8Array.of(9) });
  await until("an answer", () => a.said.length === 2);
  expect(a.said[1]).toEqual({ kind: "record", isHandshake: true, bytes: Uint8Array.of(9) });
  expect(b.said).toHaveLength(1);
});

test("the next client of a channel goes on counting; channels are given in turn", async () => {
  const { file, links } = await startHub();
  const first = await opened(file);
  first.say(handshake(1));
  first.say(handshake(3));
  await until("two handshakes", () => at(links, 0).sent.length === 2);
  first.end();
  await until("an end", first.isClosed);
  const channels: number[] = [];
  for (let i = 0; i < LIMITS.channels; i += 1) {
    const next = await opened(file);
    channels.push(next.open.channel);
    if (next.open.channel === 0) expect(next.open.counter).toBe(3);
    next.destroy();
  }
  expect(channels).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
});

test("what a client said before it went still arrives", async () => {
  const { file, links } = await startHub(createFakeLink(1, 0));
  const client = await opened(file);
  client.say(transport(7));
  client.end();
  await Bun.sleep(20);
  at(links, 0).makeRoom(5);
  await until("its last word", () => at(links, 0).sent.length === 1);
  await until("its end", client.isClosed);
});

test("the ninth client is turned away, until another goes", async () => {
  const { file } = await startHub();
  const clients: Awaited<ReturnType<typeof opened>>[] = [];
  for (let i = 0; i < LIMITS.channels; i += 1) clients.push(await opened(file));
  const ninth = connectRaw(file);
  await until("a refusal", ninth.isClosed);
  expect(ninth.said).toEqual([{ kind: "down" }]);
  at(clients, 4).destroy();
  await until("a free channel", () => at(clients, 4).isClosed());
  await Bun.sleep(20);
  expect((await opened(file)).open.channel).toBe(4);
});

const MISBEHAVIOURS: readonly (readonly [string, (client: RawClient) => void])[] = [
  ["garbage", (c) => c.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"))],
  ["a length without bounds", (c) => c.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff))],
  ["the link's own words", (c) => c.say({ kind: "down" })],
  ["a handshake that is none", (c) => c.say({ ...handshake(1), bytes: Uint8Array.of(9, 9) })],
  ["a refusal", (c) => c.say({ ...handshake(1), bytes: Uint8Array.of(0xff, 0, 1) })],
  ["a counter that does not rise", (c) => c.say(handshake(0))],
  ["a counter that leaps", (c) => c.say(handshake(0xffff))],
];

test.each(MISBEHAVIOURS)("who sends %s is dropped; the others go on", async (_, misbehave) => {
  const { file, links } = await startHub();
  const [good, bad] = [await opened(file), await opened(file)];
  misbehave(bad);
  await until("an end", bad.isClosed);
  good.say(transport(1));
  await until("a record", () => at(links, 0).sent.length === 1);
  expect(at(links, 0).sent.map(({ channel }) => channel)).toEqual([0]);
  expect(good.isClosed()).toBe(false);
});

test("one that floods is not read beyond a bound, and the others have their turn", async () => {
  const { file, links } = await startHub(createFakeLink(1, 0));
  const [flooder, other] = [await opened(file), await opened(file)];
  const flood = { ...transport(), bytes: new Uint8Array(4000) };
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 5000; i += 1) flooder.say(flood);
  other.say(transport(2));
  await Bun.sleep(100);
  at(links, 0).makeRoom(4);
  await until("four records", () => at(links, 0).sent.length === 4);
  const channels = at(links, 0).sent.map(({ channel }) => channel);
  expect(channels.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1]);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20); // its own queue is here too
});

test("one that does not read is dropped; the others do not wait for it", async () => {
  const { file, links } = await startHub();
  const [slow, good] = [await opened(file), await opened(file)];
  slow.stall();
  const record = new Uint8Array(LIMITS.record);
  // What the link keeps for it, and more than the socket's own buffers hold.
  const count = Math.ceil((2 * LIMITS.result) / LIMITS.record) + 188;
  for (let i = 0; i < count; i += 1) at(links, 0).bring({ channel: 0, isHandshake: false, record });
  at(links, 0).bring({ channel: 1, isHandshake: false, record: Uint8Array.of(5) });
  await until("a record", () => good.said.length === 2);
  const [next] = [await opened(file)];
  expect(next.open.channel).toBe(2);
  for (let channel = 3; channel < LIMITS.channels; channel += 1) await opened(file);
  expect((await opened(file)).open.channel).toBe(0); // the slow one's is free
});

test("a link that goes down ends its clients; new ones wait until it is up again", async () => {
  const { file, links, changes, reach } = await startHub();
  const [client, hasSaid] = [await opened(file), await opened(file)];
  hasSaid.say(handshake(1));
  await until("a handshake", () => at(links, 0).sent.length === 1);
  reach(false);
  at(links, 0).breakDown();
  await until("an end", () => client.isClosed() && hasSaid.isClosed());
  expect(client.said.at(-1)).toEqual({ kind: "down" });
  expect(at(links, 0).isClosed()).toBe(true);
  const [waiting, early] = [connectRaw(file), connectRaw(file)];
  early.say(handshake(1));
  await until("who speaks before the link is open is dropped", early.isClosed);
  expect([waiting.said, early.said, changes]).toEqual([[], [], [false]]);
  reach(true);
  await until("an open", () => waiting.said.length === 1);
  expect(waiting.said[0]).toMatchObject({ kind: "open", epoch: 2, counter: 0 });
  expect(changes).toEqual([false, true]);
});

test("a device that greets and goes is dialled with longer and longer pauses", async () => {
  const { links } = await startHub();
  const endMs = performance.now() + 1000;
  while (performance.now() < endMs) {
    at(links, links.length - 1).breakDown();
    await Bun.sleep(1);
  }
  expect(links.length).toBeGreaterThan(2);
  expect(links.length).toBeLessThanOrEqual(5);
});

/** Uses up the counters of a client's channel, as fast as it may. */
const wearOut = async (
  { links, pass }: Awaited<ReturnType<typeof startHub>>,
  client: Awaited<ReturnType<typeof opened>>,
): Promise<void> => {
  const link = at(links, links.length - 1);
  for (let counter = 64; counter <= 0xff00; counter += 64) {
    const before = link.sent.length;
    client.say(handshake(counter));
    pass(250);
    await until("a handshake", () => link.sent.length > before);
  }
  await until("an end", client.isClosed);
};

test("a channel that has used up its counters rests; the other clients go on", async () => {
  const started = await startHub();
  const { file, links } = started;
  const [hasty, good] = [await opened(file), await opened(file)];
  at(links, 0).bring({ channel: 1, isHandshake: false, record: Uint8Array.of(1) });
  await wearOut(started, hasty);
  good.say(transport(1));
  await until("a record", () => at(links, 0).sent.at(-1)?.channel === 1);
  const channels: number[] = [];
  for (let i = 0; i < LIMITS.channels - 2; i += 1) channels.push((await opened(file)).open.channel);
  expect([channels, good.isClosed(), links.length]).toEqual([[2, 3, 4, 5, 6, 7], false, 1]);
  const last = connectRaw(file);
  await until("a refusal", last.isClosed);
});

test("the link is renewed when a channel is worn and no client is left", async () => {
  const started = await startHub();
  await wearOut(started, await opened(started.file));
  await until("another link", () => started.links.length === 2);
  expect((await opened(started.file)).open).toMatchObject({ epoch: 2, counter: 0 });
});

test("who begins handshake after handshake is dropped; its channel counts on later", async () => {
  const { file, links, pass } = await startHub();
  const client = await opened(file);
  for (let counter = 1; counter <= 100; counter += 1) client.say(handshake(counter));
  await until("an end", client.isClosed);
  expect(at(links, 0).sent.length).toBeLessThan(40);
  pass(60_000);
  expect(at(links, 0).isClosed()).toBe(false);
});

test("who has no session gives its channel up after half a minute, if one asks", async () => {
  const { file, links, pass } = await startHub();
  const clients: Awaited<ReturnType<typeof opened>>[] = [];
  for (let i = 0; i < LIMITS.channels; i += 1) {
    clients.push(await opened(file));
    pass(1);
  }
  const record = Uint8Array.of(1);
  for (const channel of [0, 1]) at(links, 0).bring({ channel, isHandshake: false, record });
  pass(29_000);
  const early = connectRaw(file);
  await until("a refusal", early.isClosed);
  pass(2000);
  expect((await opened(file)).open.channel).toBe(2);
  await until("an end", at(clients, 2).isClosed);
  expect(at(clients, 2).said.at(-1)).toEqual({ kind: "down" });
  expect(clients.filter(({ isClosed }) => isClosed())).toHaveLength(1);
});

test("at the end every client hears it, and the line is free", async () => {
  const { hub, file, links } = await startHub();
  const client = await opened(file);
  await hub.close();
  expect(at(links, 0).isClosed()).toBe(true);
  await until("an end", client.isClosed);
  expect(client.said.at(-1)).toEqual({ kind: "down" });
});
