/** The typed client: one method per registered command, and the exact union of its errors. */
import { COMMON_ERRORS, type CommonError } from "../../protocol/commands/command.ts";
import { type ErrorName, type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import {
  type CommandName,
  type Commands,
  type PlainName,
  REGISTRY,
  type UploadName,
} from "../../protocol/commands/registry.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
import type { CallProgress, WireOutcome } from "./call.ts";
import { type HostClock, SYSTEM_CLOCK } from "./clock.ts";
import type { LineLinkOptions } from "./line-link.ts";
import { overLine } from "./line-wire.ts";
import type { OpenLine } from "./line.ts";
import { freshKey, openRemote, type Remote, type RemoteOptions } from "./remote.ts";
import type { ConnectError, OpenWire } from "./wire.ts";

/** What the driver itself may add to a command's errors. */
export const DRIVER_ERRORS = [
  "link_down",
  "session_refused",
  "device_unknown",
  "call_indeterminate",
  "malformed_reply",
  "pairing_closed",
] as const satisfies readonly ErrorName[];

/** An error that the driver itself adds. */
export type DriverError = (typeof DRIVER_ERRORS)[number];

/** The outcome of a call. */
export type Reply<N extends CommandName> = Outcome<
  Commands[N]["result"],
  Commands[N]["error"] | CommonError | DriverError
>;

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds until `timeout`; unless told, 10 s, or 150 s where a person may have to press. */
  readonly timeoutMs?: number;
  /** Ends the wait with `cancelled`. */
  readonly signal?: AbortSignal;
  /** 16 bytes; the same key repeats the same call. Random unless told. */
  readonly idempotencyKey?: Uint8Array;
  readonly onProgress?: (progress: CallProgress) => void;
  /**
   * Told of each session that carries the call, by its Noise handshake hash (32 bytes): an answer
   * is that of the last one.
   */
  readonly onSession?: (handshakeHash: Uint8Array) => void;
  /**
   * 32 bytes, from the words on the device's screen: what `pair` needs. Whatever is called with it
   * goes over the session of these words and no other, so that the device that shows them answers.
   */
  readonly psk?: Uint8Array;
}

/** What a method takes: the params, and the bytes of an upload under its name. */
export type Taken<N extends CommandName> = Commands[N]["params"] & {
  readonly [U in Commands[N]["upload"]]: Uint8Array;
};

/** One method per command. */
export type Methods = {
  readonly [N in CommandName]: (params: Taken<N>, options?: CallOptions) => Promise<Reply<N>>;
};

/** A connected signer. */
export interface Client extends Methods {
  /** What the device said of itself when the line came up. */
  readonly peer: () => Hello;
  readonly close: () => Promise<void>;
}

/** Where the signer is, and how it is kept in reach. */
export type ClientOptions = RemoteOptions &
  (
    | ({ readonly open: OpenLine } & Pick<LineLinkOptions, "observe" | "nonce">)
    | { readonly wire: OpenWire }
  );

const PATIENCE_MS = { machine: 10_000, person: 150_000 } as const;
/** Bytes of an upload that lengthen the wait by a second: 115200 baud carry 10,000. */
const UPLOAD_BYTES_PER_SECOND = 8_000;

/** What a person may decline may take a person's time, and what changes something its own. */
const patienceOf = (name: CommandName): number => {
  const { errors, idempotent } = REGISTRY[name];
  const mayAsk = errors.some((error) => error === "declined");
  return mayAsk || !idempotent ? PATIENCE_MS.person : PATIENCE_MS.machine;
};

const raised = <N extends CommandName>(
  name: N,
  failure: Failure,
): Failure<Commands[N]["error"] | CommonError | DriverError> => {
  const known = [...REGISTRY[name].errors, ...COMMON_ERRORS, ...DRIVER_ERRORS].find(
    (error) => error === failure.error,
  );
  if (known === undefined) return fail("malformed_reply", { error: failure.error });
  return failure.details === undefined ? fail(known) : fail(known, failure.details);
};

const readReply = <N extends CommandName>(name: N, outcome: WireOutcome): Reply<N> => {
  if (!outcome.ok) return raised(name, outcome);
  const result = readWire(REGISTRY[name].result, outcome.value);
  return result === undefined ? fail("malformed_reply") : ok(result);
};

/** What calls are made with. */
interface Connection extends Pick<RemoteOptions, "freshKey"> {
  readonly remote: Remote;
  readonly clock: HostClock;
}

/** Params that fit, in wire form, and an upload beside them. */
interface Content {
  readonly params: unknown;
  readonly upload?: Uint8Array;
}

const carry = async <N extends CommandName>(
  connection: Connection,
  name: N,
  { params, upload }: Content,
  options: CallOptions,
): Promise<Reply<N>> => {
  const { remote, clock } = connection;
  const { code, access } = REGISTRY[name];
  const timeout = new AbortController();
  const uploadMs = (1000 * (upload?.length ?? 0)) / UPLOAD_BYTES_PER_SECOND;
  const patienceMs = options.timeoutMs ?? patienceOf(name) + Math.ceil(uploadMs);
  const stopTimer = clock.after(patienceMs, () => timeout.abort("timeout"));
  const { signal } = timeout;
  const { onProgress, onSession, psk } = options;
  const outcome = await remote.call(
    {
      code,
      access: psk === undefined ? access : "pairing",
      idempotencyKey: options.idempotencyKey ?? freshKey(connection),
      params,
      ...(upload === undefined ? {} : { upload }),
      deadlineAtMs: clock.nowMs() + patienceMs,
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(onSession === undefined ? {} : { onSession }),
      ...(psk === undefined ? {} : { psk }),
    },
    options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
  );
  stopTimer();
  return readReply(name, outcome);
};

const call = async <N extends PlainName>(
  connection: Connection,
  name: N,
  params: Commands[N]["params"],
  options: CallOptions = {},
): Promise<Reply<N>> => {
  const { params: schema } = REGISTRY[name];
  if (!schema.check(params)) return fail("invalid_params");
  return carry(connection, name, { params: schema.toWire(params) }, options);
};

const callWith = async <N extends UploadName>(
  connection: Connection,
  name: N,
  params: Commands[N]["params"],
  upload: Uint8Array,
  options: CallOptions = {},
): Promise<Reply<N>> => {
  const { params: schema, upload: declared } = REGISTRY[name];
  const most = declared?.bytes ?? 0;
  const isFit = upload instanceof Uint8Array && upload.length <= most;
  if (!schema.check(params) || !isFit) return fail("invalid_params");
  return carry(connection, name, { params: schema.toWire(params), upload }, options);
};

/** Opens a line, or a wire, and waits for the signer on it. */
export const openClient = async (
  options: ClientOptions,
): Promise<Outcome<Client, ConnectError>> => {
  const { clock = SYSTEM_CLOCK } = options;
  const wire = "wire" in options ? options.wire : overLine(options.open, clock, options);
  const opened = await openRemote(wire, options);
  if (!opened.ok) return opened;
  const remote = opened.value;
  const at: Connection = { ...options, remote, clock };
  return ok({
    peer: remote.peer,
    close: remote.close,
    getStatus: (params, how) => call(at, "getStatus", params, how),
    startPairing: (params, how) => call(at, "startPairing", params, how),
    pair: (params, how) => call(at, "pair", params, how),
    generateSeed: (params, how) => call(at, "generateSeed", params, how),
    getQuote: (params, how) => call(at, "getQuote", params, how),
    offerManifest: (params, how) => call(at, "offerManifest", params, how),
    makeKey: (params, how) => call(at, "makeKey", params, how),
    submitShares: (params, how) => call(at, "submitShares", params, how),
    seal: (params, how) => call(at, "seal", params, how),
    getTimeNonce: (params, how) => call(at, "getTimeNonce", params, how),
    setTime: (params, how) => call(at, "setTime", params, how),
    registerWallet: (params, how) => call(at, "registerWallet", params, how),
    getXpub: (params, how) => call(at, "getXpub", params, how),
    getAddress: (params, how) => call(at, "getAddress", params, how),
    signPsbt: ({ psbt, ...params }, how) => callWith(at, "signPsbt", params, psbt, how),
    proveFunds: ({ psbt, ...params }, how) => callWith(at, "proveFunds", params, psbt, how),
    signMessage: (params, how) => call(at, "signMessage", params, how),
    attest: (params, how) => call(at, "attest", params, how),
  });
};
