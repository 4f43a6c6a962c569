/** The portable engine beneath its handles. */
import { curve } from "../../../hardware/secrets/curve.ts";
import { agreeOn } from "../../../hardware/secrets/portable/agreement.ts";
import { createDrbg } from "../../../hardware/entropy/index.ts";
import { openEnvelope, sealEnvelope } from "../../../hardware/secrets/portable/hpke.ts";
import { signEcdsa, signSchnorr } from "../../../hardware/secrets/portable/signing.ts";
import type { RawEngine } from "./raw-engine.ts";

/** Its functions as they are. */
export const PORTABLE: RawEngine = {
  publicKey: (key) => curve.getPublicKey(key),
  signEcdsa: (key, digest, publicKey) => signEcdsa(digest, key, publicKey),
  signSchnorr: (key, message, settings) => signSchnorr(message, key, settings),
  agree: agreeOn,
  seal: sealEnvelope,
  open: openEnvelope,
  draw: (material, length) => {
    const target = new Uint8Array(length);
    createDrbg(material).generate(target, new Uint8Array(0));
    return target;
  },
};
