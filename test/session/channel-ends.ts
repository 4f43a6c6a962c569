/** Both ends of one channel, without a link between them: records go over by hand. */
import { noiseSuite } from "../../host/driver/index.ts";
import type { ChannelBinding } from "../../protocol/session/binding.ts";
import {
  createInitiator,
  type Initiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { SESSION_CLAIM, type SessionClaim } from "../../protocol/session/pairing.ts";
import {
  createResponder,
  type Responder,
  type ResponderConfig,
  type ResponderEvent,
} from "../../protocol/session/responder.ts";

const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);

/** Static keys of a host and of a device, and a key from a code's words. */
export const HOST_KEY = noiseSuite.keyPair(fill(0x21));
/** The device's link key. */
export const LINK_KEY = noiseSuite.keyPair(fill(0x42));
/** What the words on the screen come to. */
export const PSK: Uint8Array = fill(0x77);

/** A link and a channel of it. */
export const BINDING: ChannelBinding = {
  hellos: { host: fill(1, 40), device: fill(2, 60) },
  epoch: 0xbeef,
  channel: 0,
};

let ephemerals = 0;

/** A fresh ephemeral key: no two are alike. */
export const ephemeral = () => {
  ephemerals += 1;
  const secret = fill(0x55);
  new DataView(secret.buffer).setUint32(0, ephemerals);
  return noiseSuite.keyPair(secret);
};

/** An `IK` opening as the host. */
export const asHost = (claim: SessionClaim = { role: "vault" }): Opening => ({
  pattern: "IK",
  hostKey: HOST_KEY,
  deviceKey: LINK_KEY.publicKey,
  claim: encodeAs(SESSION_CLAIM, claim),
});

/** A device's end that holds no keys, shows no code and knows nobody. */
export const KEYLESS: ResponderConfig = {
  suite: noiseSuite,
  ephemeral,
  linkKey: () => undefined,
  pairingKey: () => undefined,
  onPairingOpened: () => undefined,
  onPairingFailed: () => undefined,
  accepts: () => false,
};

/** What the device's end was told and asked. */
export interface Seen {
  readonly pairingOpened: Uint8Array[];
  pairingFailed: number;
}

/** Both ends, and what passed. */
export interface Ends {
  readonly host: Initiator;
  readonly device: Responder;
  readonly seen: Seen;
  readonly hostEvents: InitiatorEvent[];
  readonly deviceEvents: ResponderEvent[];
  nowMs: number;
  /** Hands the host's event to the device and goes on until nobody has more to say. */
  readonly run: (event: InitiatorEvent) => void;
  readonly begin: (opening: Opening) => void;
  readonly toDevice: (record: Uint8Array, isHandshake: boolean) => readonly ResponderEvent[];
}

/** Two ends; `config` and `binding` change the device's, so that they no longer fit. */
export const createEnds = (
  config: Partial<ResponderConfig> = {},
  binding: Partial<ChannelBinding> = {},
): Ends => {
  const seen: Seen = { pairingOpened: [], pairingFailed: 0 };
  const hostEvents: InitiatorEvent[] = [];
  const deviceEvents: ResponderEvent[] = [];
  const host = createInitiator(noiseSuite, BINDING);
  const device = createResponder(
    {
      suite: noiseSuite,
      ephemeral,
      linkKey: () => LINK_KEY,
      pairingKey: () => PSK,
      onPairingOpened: (hash) => void seen.pairingOpened.push(hash),
      onPairingFailed: () => {
        seen.pairingFailed += 1;
      },
      accepts: (key, { role }) => key.toHex() === HOST_KEY.publicKey.toHex() && role !== "control",
      ...config,
    },
    { ...BINDING, ...binding },
  );
  const toDevice = (record: Uint8Array, isHandshake: boolean): readonly ResponderEvent[] => {
    const events = device.take(record, isHandshake, ends.nowMs);
    deviceEvents.push(...events);
    return events;
  };
  const run = (event: InitiatorEvent): void => {
    hostEvents.push(event);
    if (event.kind !== "send") return;
    for (const answer of toDevice(event.record, event.isHandshake)) {
      if (answer.kind !== "send") continue;
      for (const next of host.take(answer.record, answer.isHandshake, ends.nowMs)) run(next);
    }
  };
  const ends: Ends = {
    host,
    device,
    seen,
    hostEvents,
    deviceEvents,
    nowMs: 0,
    run,
    toDevice,
    begin: (opening) => run(host.begin(opening, ephemeral(), ends.nowMs)),
  };
  return ends;
};

/** The kinds of events, in order, without what is sent. */
export const kindsOf = (events: readonly { readonly kind: string }[]): readonly string[] =>
  events.map(({ kind }) => kind).filter((kind) => kind !== "send");

/** The record of a message of the host. */
export const sealed = ({ host, nowMs }: Ends, text: string): Uint8Array => {
  const record = host.seal(new TextEncoder().encode(text), nowMs);
  if (record === undefined) throw new Error("the host has no session");
  return record;
};

/** What the device's end opened, as text. */
export const openedBy = ({ deviceEvents }: Ends): readonly string[] =>
  deviceEvents.flatMap((event) =>
    event.kind === "plaintext" ? [new TextDecoder().decode(event.plaintext)] : [],
  );
