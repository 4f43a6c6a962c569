/**
 * Somebody who has clamped himself onto the cable beside the worker: he hears what the device says
 * and puts in frames of his own. None of it may end the worker's session.
 */
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { encodeFrame, FLAGS } from "../../../protocol/frame/frame.ts";
import { HELLO, SUITES } from "../../../protocol/link/hello.ts";
import type { Opening } from "../../../protocol/session/initiator.ts";
import type { KeyAgreement } from "../../../protocol/session/noise/suite.ts";
import { SESSION_CLAIM, type SessionClaim } from "../../../protocol/session/pairing.ts";
import { HOST_KEYS, LINK_KEY, staleCredential } from "../hosts.ts";
import { createStranger, type Stranger } from "../stranger.ts";
import { onceLive, type Fault, type FaultRoom } from "./fault.ts";
import { frameOf } from "../../../hardware/emulator/kit/faults/frames.ts";

/** Whether a refusal says nothing but that it is one, and of which handshake. */
const isPlain = (record: Uint8Array): boolean => record.length === 3 && record[0] === 0xff;

/** How long an intruder stays, and whether he may have a session. */
interface Visit {
  readonly stayMs: number;
  readonly mayBegin: boolean;
}

const KNOCK: Visit = { stayMs: 6_000, mayBegin: false };
const BRIEF: Visit = { stayMs: 500, mayBegin: true };

/** An intruder; `act` is called when his link is up. */
const intrude = (
  room: FaultRoom,
  { stayMs, mayBegin }: Visit,
  act: (stranger: Stranger) => void,
): void => {
  const { world, cable, chance, findings, happened, onHeal } = room;
  const actor = world.createActor("intruder");
  let stopTap: () => void = () => undefined;
  const stranger = createStranger(
    actor,
    {
      write: (bytes) => cable.toDevice.inject(Uint8Array.from(bytes)),
      onBytes: (action) => {
        stopTap = cable.toHost.tap(action);
      },
    },
    chance,
    {
      opened: () => {
        happened();
        act(stranger);
      },
      began: () => {
        findings.expect(mayBegin, "asked", () => "an intruder has a session");
      },
      refused: (record) => {
        room.witness("intruder refused");
        const isAlike = isPlain(record);
        findings.expect(isAlike, "alike", () => `refused with ${record.toHex()}`);
      },
      heard: () => findings.add("asked", "an intruder is answered"),
    },
  );
  const leave = (): void => {
    actor.kill();
    stopTap();
  };
  onHeal(leave);
  world.after(stayMs, leave);
  stranger.start();
};

const claimOf = (claim: SessionClaim): Uint8Array => encodeAs(SESSION_CLAIM, claim);

const openingOf = (hostKey: KeyAgreement, claim: SessionClaim): Opening => ({
  pattern: "IK",
  hostKey,
  deviceKey: LINK_KEY,
  claim: claimOf(claim),
});

const knocking =
  (openingFor: (room: FaultRoom) => Opening): Fault =>
  (room) =>
    onceLive(room, 1_000, () =>
      intrude(room, KNOCK, (stranger) => {
        stranger.begin(openingFor(room));
        room.world.after(700, () => stranger.begin(openingFor(room)));
      }),
    );

const { stranger: unknown, revoked, auditor } = HOST_KEYS;

/** Message 1 of the worker's handshake, recorded and sent again in a link of its own. */
const replayHandshake: Fault = (room) => {
  const records: Uint8Array[] = [];
  room.cable.toDevice.tap((bytes) => {
    const frame = frameOf(bytes);
    const isWhole = frame?.type === "data" && (frame.flags & 7) === 7;
    if (isWhole && frame !== undefined) records.push(Uint8Array.from(frame.payload));
  });
  onceLive(room, 1_000, () =>
    intrude(room, KNOCK, (stranger) => {
      for (const record of records) stranger.send(record, true);
    }),
  );
};

/**
 * Anyone's session beside the worker's: it would take the link's place, had the worker been silent.
 * He leaves before that can be said.
 */
const speakAsAnyone: Fault = (room) =>
  onceLive(room, 20, () => intrude(room, BRIEF, (stranger) => stranger.begin({ pattern: "NN" })));

/** HELLOs of many hosts, as fast as they go. */
const floodHellos: Fault = (room) =>
  onceLive(room, 1_000, () => {
    const { chance, cable, world, happened, isOver } = room;
    happened();
    let left = chance.magnitude(10, 500);
    const flood = (): void => {
      const payload = encodeAs(HELLO, {
        side: "host",
        oldest: 1,
        newest: 1,
        nonce: chance.bytes(16),
        frameLimit: 512,
        window: 8,
        suites: [...SUITES],
        features: [],
      });
      const head = { type: "hello", flags: 0, epoch: 0, seq: 0, ack: 0, window: 8 } as const;
      cable.toDevice.inject(encodeFrame({ ...head, channel: 0, payload }));
      left -= 1;
      if (left > 0 && !isOver()) world.after(3, flood);
    };
    flood();
  });

/** PINGs in the worker's name, which each ask for an answer. */
const floodPings: Fault = (room) => {
  const { chance, cable, world, happened, isOver } = room;
  let last = { epoch: 0, ack: 0, window: 8 };
  cable.toDevice.tap((bytes) => {
    const frame = frameOf(bytes);
    if (frame !== undefined && frame.type !== "hello") last = frame;
  });
  onceLive(room, 1_000, () => {
    happened();
    let left = chance.magnitude(10, 2_000);
    const flood = (): void => {
      const { epoch, ack, window } = last;
      const head = { type: "ping", flags: 0, epoch, seq: 0, ack, window, channel: 0 } as const;
      cable.toDevice.inject(encodeFrame({ ...head, payload: chance.bytes(8) }));
      left -= 1;
      if (left > 0 && !isOver()) world.after(1, flood);
    };
    flood();
  });
};

/** A guess at a pairing code, while one is shown and while none is. */
const guessPairing: Fault = knocking(({ chance }) => ({
  pattern: "NNpsk0",
  psk: chance.bytes(32),
}));

/** Frames that say they come from the device, put in on the way to it. */
const forgeDirection: Fault = (room) => {
  const { cable, happened } = room;
  onceLive(room, 500, () => {
    happened();
    const payload = new Uint8Array(0);
    const head = { type: "nak", flags: FLAGS.device, epoch: 1, seq: 0, ack: 0 } as const;
    cable.toDevice.inject(encodeFrame({ ...head, window: 0, channel: 0, payload }));
  });
};

/** Faults of an intruder. */
export const INTRUDERS = {
  "handshake replayed": replayHandshake,
  "unknown host key": knocking(() => openingOf(unknown, { role: "vault" })),
  "wrong credential": knocking(({ chance }) =>
    openingOf(unknown, { role: "vault", credential: chance.bytes(32) }),
  ),
  "revoked generation": knocking(() =>
    openingOf(unknown, {
      role: "vault",
      credential: staleCredential("vault", unknown.publicKey),
    }),
  ),
  "revoked host key": knocking(() => openingOf(revoked, { role: "vault" })),
  "role that is not one's own": knocking(() => openingOf(auditor, { role: "vault" })),
  "guess at a pairing code": guessPairing,
  "anyone beside the worker": speakAsAnyone,
  "HELLO flood": floodHellos,
  "PING flood": floodPings,
  "frame of the wrong side": forgeDirection,
} as const satisfies Record<string, Fault>;
