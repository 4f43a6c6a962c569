/** A call as the gate sees it: its command, whose it is, and what it asks for, as one digest. */
import type { Request } from "../../protocol/call/envelope.ts";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { type CommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import type { Caller } from "../../protocol/session/role.ts";
import type { Crypto } from "../hal.ts";
import type { CallKey } from "../ledger/ledger.ts";
import type { OpenRequest } from "./requests.ts";

/** A call and the request that brought it. */
export interface Call extends CallKey {
  readonly name: CommandName;
  readonly request: OpenRequest;
  /**
   * Hex of SHA-256 over the command's code, the SHA-256 of the params' CBOR, and that of an upload.
   * Empty where the call may run twice and has no body.
   */
  readonly digest: string;
}

/** Commands that make signatures: done again when asked again, the same at no charge. */
export const SIGNING: ReadonlySet<CommandName> = new Set(["signPsbt", "proveFunds"]);

/** The name of a call among all callers'. */
export const nameOf = ({ caller, key }: CallKey): string => `${caller}/${key}`;

/** Whose calls they are: a host's by its static key, all others by their kind. */
export const callerName = (caller: Caller): string =>
  caller.kind === "host" ? caller.key.toHex() : caller.kind;

/** The same for params in the request and in a body, and known before a body has come. */
const digestOf = ({ sha256 }: Crypto, { code, params, body }: Request): string => {
  let hash = sha256().update(Uint8Array.of(code >>> 8, code));
  if (params !== undefined) hash = hash.update(sha256().update(encodeCbor(params)).digest());
  if (body !== undefined) hash = hash.update(body.sha256);
  return hash.digest().toHex();
};

/** The call that a request of a known command brings. */
export const callOf = (
  name: CommandName,
  message: Request,
  request: OpenRequest,
  crypto: Crypto,
): Call => ({
  name,
  request,
  caller: callerName(request.origin.caller),
  isHost: request.origin.caller.kind === "host",
  key: message.idempotencyKey.toHex(),
  digest: REGISTRY[name].idempotent && message.body === undefined ? "" : digestOf(crypto, message),
});
