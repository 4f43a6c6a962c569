/** Time that people sign. */
import { fail, ok } from "../../protocol/errors.ts";
import type { Handlers } from "../dispatch.ts";

/** Whoever of the manifest's roster may say what time it is: all of its people. */
const setTime: Handlers["setTime"] = ({ device, time }, signed) => {
  const now = device();
  if (now.phase !== "ready" && now.phase !== "suspended") return fail("wrong_phase");
  const { believed } = now.keys;
  if (believed === undefined) return fail("manifest_missing");
  const taken = time.take(signed, believed.signers);
  return taken.ok ? ok({}) : taken;
};

/** Handlers of protocol/commands/time.ts. */
export const timeHandlers: Pick<Handlers, "getTimeNonce" | "setTime"> = {
  getTimeNonce: ({ time }) => {
    const nonce = time.nonce();
    return nonce.ok ? ok({ nonce: nonce.value }) : nonce;
  },
  setTime,
};
