/**
 * A program that gets hold of the port when the worker has crashed, and has a good session: as
 * anyone, or as the auditor who has turned. Whatever it sends has no effect.
 */
import { createHash } from "node:crypto";
import { type BodyClaim, encodeMessage } from "../../../protocol/call/envelope.ts";
import { encodeAs, encodeCbor } from "../../../protocol/cbor/cbor.ts";
import { REGISTRY } from "../../../protocol/commands/registry.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Opening } from "../../../protocol/session/initiator.ts";
import { SESSION_CLAIM } from "../../../protocol/session/pairing.ts";
import type { Chance } from "../chance.ts";
import { HOST_KEYS, LINK_KEY } from "../hosts.ts";
import { FORBIDDEN } from "../payments.ts";
import { createStranger, type Stranger } from "../stranger.ts";
import { hostileCbor } from "./attacks.ts";
import { duringAttempt, type Fault, type FaultRoom } from "./fault.ts";

const STAY_MS = 4_000;

const openingOf = (chance: Chance): Opening => {
  if (chance.isLucky(0.5)) return { pattern: "NN" };
  const claim = encodeAs(SESSION_CLAIM, { role: "auditor" });
  return { pattern: "IK", hostKey: HOST_KEYS.auditor, deviceKey: LINK_KEY, claim };
};

/** Crashes the worker, takes the port, and lets `act` loose in a session. */
const takeOver = (room: FaultRoom, act: (stranger: Stranger) => void): void => {
  const { world, cable, chance, worker, onHeal, happened } = room;
  const actor = world.createActor("hostile program");
  const occupy = async (): Promise<void> => {
    const opened = await cable.openAs(actor)();
    if (!opened.ok) return;
    const line = opened.value;
    const stranger = createStranger(
      actor,
      { write: (bytes) => void line.write(bytes), onBytes: line.onBytes },
      chance,
      {
        opened: () => stranger.begin(openingOf(chance)),
        began: () => {
          happened();
          act(stranger);
        },
        refused: () => actor.after(600, () => stranger.begin(openingOf(chance))),
        heard: () => undefined,
      },
    );
    const leave = (): void => {
      if (!actor.isAlive()) return;
      if (chance.isLucky(0.5)) stranger.close();
      actor.kill();
      cable.reap(actor);
    };
    onHeal(leave);
    world.after(STAY_MS, leave);
    stranger.start();
  };
  duringAttempt(room, 1_000, () => {
    worker.crash(chance.magnitude(1, 3_000), false);
    actor.after(0, () => void occupy());
  });
};

const saying =
  (messages: (chance: Chance) => readonly Uint8Array[]): Fault =>
  (room) =>
    takeOver(room, (stranger) => {
      for (const message of messages(room.chance)) stranger.say(message);
    });

const requestOf = (
  chance: Chance,
  id: number,
  code: number,
  content: { readonly params: unknown; readonly body?: BodyClaim } | { readonly body: BodyClaim },
): Uint8Array => {
  const idempotencyKey = chance.bytes(16);
  return encodeMessage({ kind: "request", id, code, idempotencyKey, ...content });
};

const times = (count: number, make: (i: number) => Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) => make(i));

const { signPsbt, getXpub, getStatus } = REGISTRY;

/** Bodies that are claimed: the largest that may be, larger ones, and none of their bytes. */
const claims = (chance: Chance): readonly Uint8Array[] =>
  times(8, (i) => {
    const sha256 = chance.bytes(32);
    const size = chance.pick([
      LIMITS.upload,
      LIMITS.body,
      LIMITS.publicBody,
      LIMITS.publicBody + 1,
    ]);
    const head = new Map<number, unknown>([
      [0, 0],
      [1, 100 + i],
      [2, chance.pick([signPsbt.code, getXpub.code, getStatus.code])],
      [3, chance.bytes(16)],
      ...(chance.isLucky(0.5) ? [[5, new Map()] as const] : []),
      [6, chance.isLucky(0.5) ? size : LIMITS.upload + 1],
      [7, sha256],
    ]);
    return encodeCbor(head);
  });

/** Chunks of a body nobody asked for, beyond its credit, and with gaps. */
const chunks = (chance: Chance): readonly Uint8Array[] => {
  const body = { size: 30_000, sha256: chance.bytes(32) };
  const request = requestOf(chance, 1, getStatus.code, { body });
  const piece = (offset: number): Uint8Array =>
    encodeMessage({ kind: "chunk", id: 1, offset, bytes: chance.bytes(1_000) });
  return [request, piece(0), piece(1_000), piece(0), piece(900_000), piece(5_000)];
};

/** Uploads, the whole of them at once, whatever is said to the request. */
const denied = (chance: Chance): readonly Uint8Array[] =>
  FORBIDDEN.flatMap(({ psbt }, id) => {
    const sha256 = Uint8Array.from(createHash("sha256").update(psbt).digest());
    const body = { size: psbt.length, sha256 };
    return [
      requestOf(chance, id, signPsbt.code, { params: new Map(), body }),
      encodeMessage({ kind: "chunk", id, offset: 0, bytes: psbt }),
    ];
  });

/** Ids that fall, that repeat, cancels of everything, and messages that only a device sends. */
const nonsense = (chance: Chance): readonly Uint8Array[] => [
  ...times(6, (id) => encodeMessage({ kind: "cancel", id })),
  encodeMessage({ kind: "result", id: 1, size: 5 }),
  encodeMessage({ kind: "refusal", id: 1, error: "busy" }),
  encodeMessage({ kind: "credit", id: 1, have: 0, limit: 5 }),
  requestOf(chance, 1, 0xffff, { params: new Map() }),
];

/** Faults of a hostile program. */
export const HOSTILES = {
  "oversize record": (room) =>
    takeOver(room, (stranger) => stranger.sendLong(room.chance.between(4_097, 40_000))),
  "oversize body": saying(claims),
  "chunks nobody asked for": saying(chunks),
  "hostile CBOR in a session": saying((chance) =>
    times(12, () => hostileCbor(chance, LIMITS.message)),
  ),
  "command of another role": saying(denied),
  "messages out of turn": saying(nonsense),
  "status flood": saying((chance) =>
    times(14, (id) => requestOf(chance, id, getStatus.code, { params: new Map() })),
  ),
} as const satisfies Record<string, Fault>;
