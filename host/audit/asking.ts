/** Asking a device for an attestation, in a session that the answer must be bound to. */
import type { Commands } from "../../protocol/commands/registry.ts";
import { type Outcome, ok } from "../../protocol/errors.ts";
import type { Client } from "../driver/index.ts";
import { type Attested, checkAttestation, type ExpectedDevice } from "./attestation.ts";

type Reply = Commands["attest"]["result"];

/** An answer, and what came of its verification. */
export interface AskedAttestation {
  readonly reply: Reply;
  readonly checked: Outcome<Attested, "attestation_invalid">;
}

/** What is asked with. */
export interface AttestationOptions {
  /** At most 32 bytes. */
  readonly nonce?: Uint8Array;
  /** What the manifest says of the device, where it is known. */
  readonly known?: Pick<ExpectedDevice, "certifier" | "manifestHash">;
  readonly signal?: AbortSignal;
}

/** Asks, then holds the answer against the session, the nonce and the device's own status. */
export const askAttestation = async (
  client: Pick<Client, "attest" | "getStatus">,
  { nonce, known, signal }: AttestationOptions = {},
): Promise<Outcome<AskedAttestation>> => {
  let session: Uint8Array = new Uint8Array(0);
  const reply = await client.attest(nonce === undefined ? {} : { nonce }, {
    onSession: (handshakeHash) => {
      session = handshakeHash;
    },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!reply.ok) return reply;
  const status = await client.getStatus({}, signal === undefined ? {} : { signal });
  if (!status.ok) return status;
  const device = { ...status.value, ...known };
  const request = { session, nonce: nonce ?? new Uint8Array(0) };
  return ok({ reply: reply.value, checked: checkAttestation(reply.value, request, device) });
};
