/** What a session means to its link, and what is left of it when the link closes: nothing. */
import { expect, test } from "bun:test";
import { createSessions } from "../../firmware/sessions.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import type { LinkEvent, LinkRecord } from "../../protocol/link/link.ts";
import {
  createInitiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import { asHost, ephemeral, KEYLESS, LINK_KEY } from "../session/channel-ends.ts";

const [EPOCH, CHANNEL] = [0xbeef, 3];
const hellos = { host: new Uint8Array(20), device: new Uint8Array(30) };
const HELLO = { side: "host", oldest: 1, newest: 1, nonce: new Uint8Array(16) } as const;
const peer = { ...HELLO, frameLimit: 512, window: 8, suites: [], features: [] };

/** Sessions over a link that only notes what it is told, and the keys that their suite made. */
const createScene = () => {
  const told: string[] = [];
  const said: LinkRecord[] = [];
  const keys = new Set<Uint8Array>();
  const note = (what: string) => (): void => void told.push(what);
  const sessions = createSessions({
    link: {
      send: (record) => {
        told.push(record.isHandshake ? "answer" : "confirm");
        return said.push(record) > 0;
      },
      room: () => 99,
      promote: () => {
        told.push("promote");
        return [];
      },
      claim: note("claim"),
      strengthen: note("strengthen"),
    },
    calls: { take: () => undefined, leave: () => undefined },
    responder: {
      ...KEYLESS,
      suite: {
        ...noiseSuite,
        hmacSha256: (key, data) => {
          const made = noiseSuite.hmacSha256(key, data);
          keys.add(made);
          return made;
        },
      },
      linkKey: () => LINK_KEY,
      accepts: () => true,
    },
    onWaiting: () => undefined,
  });
  const opened: LinkEvent = { kind: "opened", epoch: EPOCH, peer, hellos };
  sessions.take([opened], 0);
  const host = createInitiator(noiseSuite, { hellos, epoch: EPOCH, channel: CHANNEL });
  const deliver = (event: InitiatorEvent | undefined): void => {
    if (event?.kind !== "send") throw new Error("the host has nothing to send");
    const { record, isHandshake } = event;
    sessions.take([{ kind: "record", epoch: EPOCH, channel: CHANNEL, isHandshake, record }], 0);
  };
  const answered = (): readonly InitiatorEvent[] => {
    const record = said.shift();
    return record === undefined ? [] : host.take(record.bytes, record.isHandshake, 0);
  };
  return {
    sessions,
    told,
    keys,
    begin: (how: Opening) => host.begin(how, ephemeral(), 0),
    deliver,
    answered,
  };
};

test("an IK handshake is a claim; only its confirmed session makes the link strong", () => {
  const { told, begin, deliver, answered } = createScene();
  deliver(begin(asHost()));
  expect(told.splice(0)).toEqual(["claim", "answer"]);
  deliver(answered()[0]);
  expect(told).toEqual(["strengthen", "promote", "confirm"]);
});

test("a session of anyone makes its link the live one, but not strong", () => {
  const { told, begin, deliver, answered } = createScene();
  deliver(begin({ pattern: "NN" }));
  deliver(answered()[0]);
  expect(told).toEqual(["answer", "promote", "confirm"]);
});

test("a link that closes leaves no key of its session, or of one that nobody confirmed", () => {
  for (const isConfirmed of [true, false]) {
    const { sessions, keys, begin, deliver, answered } = createScene();
    deliver(begin(asHost()));
    if (isConfirmed) deliver(answered()[0]);
    const held = (): number => [...keys].filter((key) => key.some((byte) => byte !== 0)).length;
    expect(held()).toBe(2);
    sessions.take([{ kind: "closed", epoch: EPOCH, reason: "lost" }], 0);
    expect(held()).toBe(0);
  }
});
