/** What a channel's handshakes are bound to, and how they look on the wire (SPEC, section 3). */

/** One channel of one link, as both ends saw it come up. */
export interface ChannelBinding {
  /** The payloads of HELLO and HELLO_ACK, exactly as they crossed the line. */
  readonly hellos: { readonly host: Uint8Array; readonly device: Uint8Array };
  readonly epoch: number;
  readonly channel: number;
}

/** Handshake patterns by their byte on the wire. */
export const SESSION_PATTERNS = { NN: 0, NNpsk0: 1, IK: 2 } as const;

/** A pattern in use. */
export type SessionPattern = keyof typeof SESSION_PATTERNS;

/** The byte that says: there is no session. */
const REFUSED = 0xff;
const HEAD = 3;
const LABEL = new TextEncoder().encode("mayfly session 1");

/** A handshake record, read. */
export type HandshakeRecord =
  | {
      readonly kind: "message";
      readonly pattern: SessionPattern;
      readonly counter: number;
      readonly message: Uint8Array;
    }
  | { readonly kind: "refused"; readonly counter: number };

const uint16 = (value: number): readonly number[] => [(value >> 8) & 0xff, value & 0xff];

/**
 * The Noise prologue: label, both HELLOs, each after its length, epoch, channel and counter. So an
 * edited HELLO or a handshake that is replayed elsewhere fails.
 */
export const prologueOf = (binding: ChannelBinding, counter: number): Uint8Array => {
  const { host, device } = binding.hellos;
  return Uint8Array.from([
    ...LABEL,
    ...uint16(host.length),
    ...host,
    ...uint16(device.length),
    ...device,
    ...uint16(binding.epoch),
    binding.channel,
    ...uint16(counter),
  ]);
};

const record = (first: number, counter: number, message: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(HEAD + message.length);
  whole.set([first, ...uint16(counter)]);
  whole.set(message, HEAD);
  return whole;
};

/** The record of a Noise message of a handshake. */
export const handshakeRecord = (
  pattern: SessionPattern,
  counter: number,
  message: Uint8Array,
): Uint8Array => record(SESSION_PATTERNS[pattern], counter, message);

/** The record of a refusal; counter 0 answers a transport record. */
export const refusalRecord = (counter: number): Uint8Array =>
  record(REFUSED, counter, new Uint8Array(0));

const NAMES: readonly SessionPattern[] = ["NN", "NNpsk0", "IK"];

/** Reads a handshake record; `undefined` for what is none. */
export const readHandshake = (bytes: Uint8Array): HandshakeRecord | undefined => {
  const [first, high, low] = bytes;
  if (first === undefined || high === undefined || low === undefined) return undefined;
  const counter = high * 256 + low;
  if (first === REFUSED) return bytes.length === HEAD ? { kind: "refused", counter } : undefined;
  const pattern = NAMES.find((name) => SESSION_PATTERNS[name] === first);
  if (pattern === undefined) return undefined;
  return { kind: "message", pattern, counter, message: bytes.slice(HEAD) };
};

/** The counter of a refused record, whatever else was wrong with it. */
export const counterOf = ([, high = 0, low = 0]: Uint8Array): number => high * 256 + low;
