/** How a method becomes a call: its params checked, its patience, its answer read. */
import { COMMON_ERRORS, type CommonError } from "../../protocol/commands/command.ts";
import {
  type CommandName,
  type Commands,
  type PlainName,
  REGISTRY,
  type UploadName,
} from "../../protocol/commands/registry.ts";
import { type Failure, fail, ok } from "../../protocol/errors.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
import type { CallBody, WireOutcome } from "./call.ts";
import { type HostClock, SYSTEM_CLOCK } from "./clock.ts";
import {
  type CallOptions,
  type Client,
  DRIVER_ERRORS,
  type DriverError,
  type Intercept,
  type Reply,
} from "./methods.ts";
import { freshKey, type Remote, type RemoteOptions } from "./remote.ts";

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

/** How the calls of a client are made. */
export interface CallingOptions extends Pick<RemoteOptions, "clock" | "freshKey"> {
  readonly intercept?: Intercept;
}

/** What calls are made with. */
interface Connection extends CallingOptions {
  readonly remote: Remote;
  readonly clock: HostClock;
}

const CARRIED: Intercept = (_, carry) => carry();

/** Params that fit, in wire form, and an upload beside them. */
interface Content {
  readonly params: unknown;
  readonly upload?: Uint8Array;
}

const uploadOf = (upload: Uint8Array | undefined) => (upload === undefined ? {} : { upload });

const carry = async <N extends CommandName>(
  connection: Connection,
  name: N,
  { params, upload }: Content,
  options: CallOptions,
): Promise<Reply<N>> => {
  const { remote, clock, intercept = CARRIED } = connection;
  const { code, access } = REGISTRY[name];
  const timeout = new AbortController();
  const uploadMs = (1000 * (upload?.length ?? 0)) / UPLOAD_BYTES_PER_SECOND;
  const patienceMs = options.timeoutMs ?? patienceOf(name) + Math.ceil(uploadMs);
  const stopTimer = clock.after(patienceMs, () => timeout.abort("timeout"));
  const { signal } = timeout;
  const { onProgress, onSession, psk } = options;
  const body: CallBody = {
    code,
    access: psk === undefined ? access : "pairing",
    idempotencyKey: options.idempotencyKey ?? freshKey(connection),
    params,
    ...uploadOf(upload),
    deadlineAtMs: clock.nowMs() + patienceMs,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onSession === undefined ? {} : { onSession }),
    ...(psk === undefined ? {} : { psk }),
  };
  const ends = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
  try {
    const outcome = await intercept({ name, params, ...uploadOf(upload) }, () =>
      remote.call(body, ends),
    );
    return readReply(name, outcome);
  } finally {
    stopTimer(); // also where whoever stands between throws
  }
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

/** The client of a device that can be called. */
export const clientOf = (options: CallingOptions, remote: Remote): Client => {
  const { clock = SYSTEM_CLOCK } = options;
  const at: Connection = { ...options, remote, clock };
  return {
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
  };
};
