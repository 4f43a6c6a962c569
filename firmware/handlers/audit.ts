/** Audit: what a device signs of itself. */
import { ATTESTATION, ATTESTATION_DOMAIN } from "../../protocol/attestation.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { signPayload } from "../audit/audit-key.ts";
import type { Handlers } from "../dispatch.ts";

/** It is bound to the session that it was asked in: who passes it on proves nothing by it. */
const attest: Handlers["attest"] = (context, { nonce = new Uint8Array(0) }) => {
  const { hal, device, handshakeHash, bootId, version, uptimeMs, counters } = context;
  const now = device();
  if (now.phase !== "ready" && now.phase !== "suspended") return fail("wrong_phase");
  const { audit, believed } = now.keys;
  const payload = encodeAs(ATTESTATION, {
    session: handshakeHash,
    nonce,
    bootId,
    device: hal.identity.name,
    phase: now.phase,
    firmwareDigest: hal.identity.firmwareDigest,
    version,
    uptimeMs: uptimeMs(),
    counters: counters(),
    ...(believed === undefined ? {} : { manifest: believed.hash }),
  });
  const statement = signPayload(hal, audit, payload, ATTESTATION_DOMAIN);
  return ok({ statement, certificate: audit.certificate });
};

/** Handlers of protocol/commands/audit.ts. */
export const auditHandlers: Pick<Handlers, "attest"> = { attest };
