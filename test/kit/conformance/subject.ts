/** What the conformance suite runs over: a device, however it is reached. */
import {
  type Client,
  type ClientOptions,
  type Identity,
  openClient,
  type OpenLine,
} from "../../../host/client/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";

/** What a case needs of a device. */
export interface Need {
  /** Any phase will do unless told. */
  readonly phase?: "sealed" | "ready";
  /** A host that the device lets call what a vault calls. */
  readonly isKnown?: boolean;
  /** It registers wallets or signs: whoever stands at the device says yes. */
  readonly isApproved?: boolean;
  /** It asks and is called off: nobody at the device answers. */
  readonly isAsking?: boolean;
}

/** A device in front of a case. */
export interface Bench extends AsyncDisposable {
  /** Its port, opened anew at each call. */
  readonly open: OpenLine;
  /** A host that it knows; without one it is only asked what anyone may ask. */
  readonly identity?: Identity;
}

/** A kind of device, or one device, and what cases it can stand. */
export interface Subject {
  readonly name: string;
  /** Each case gets a device of its own, so that they may run side by side. */
  readonly hasMany: boolean;
  /** Whether a case can run; one that cannot is skipped, and counted. */
  readonly offers: (need: Need) => boolean;
  readonly prepare: (need: Need) => Promise<Bench>;
}

/** A claim about every device, and what holds it to that. */
export interface Case {
  readonly claim: string;
  readonly need: Need;
  readonly run: (bench: Bench) => Promise<void>;
}

/** The value of an outcome that must be one. */
export const must = <T>(outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.value;
  throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.details ?? {})}`);
};

/** Opens a client, which closes with its scope; a port that answers no more is given up at once. */
export const connect = async (
  { open, identity }: Pick<Bench, "open" | "identity">,
  options: Omit<ClientOptions, "open" | "wire"> = {},
): Promise<Client & AsyncDisposable> => {
  const how = identity === undefined ? options : { identity, ...options };
  const client = must(await openClient({ ...how, open }));
  return { ...client, [Symbol.asyncDispose]: client.close };
};
