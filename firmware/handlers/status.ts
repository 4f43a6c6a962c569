/** Status: what a device tells anyone. */
import { ok } from "../../protocol/errors.ts";
import { PROTOCOL_VERSION } from "../../protocol/link/hello.ts";
import type { Handlers } from "../dispatch.ts";

/** Handlers of protocol/commands/status.ts. */
export const statusHandlers: Pick<Handlers, "getStatus"> = {
  getStatus: ({ hal, device, bootId, version, uptimeMs }) => {
    const now = device();
    const { engine, library, volatile, protections, missing } = hal.secrets;
    const status = {
      name: hal.identity.name,
      phase: now.phase,
      bootId,
      version,
      protocol: PROTOCOL_VERSION,
      firmwareDigest: hal.identity.firmwareDigest,
      secrets: {
        engine,
        library,
        volatile,
        protections,
        ...(missing.length === 0 ? {} : { missing }),
      },
      uptimeMs: uptimeMs(),
      insecure: hal.identity.insecure,
    };
    if (now.phase !== "ready" && now.phase !== "suspended") return ok(status);
    const { fingerprint, believed } = now.keys;
    if (believed === undefined) return ok({ ...status, fingerprint });
    const { hash, version: number, keyId } = believed;
    return ok({ ...status, fingerprint, manifest: { hash, version: number, keyId } });
  },
};
