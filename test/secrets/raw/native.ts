/** The native engine beneath its handles: keys are copied into an arena, results out of it. */
import type { Pointer } from "bun:ffi";
import { agreeOn } from "../../../hardware/secrets/native/agreement.ts";
import { openArena } from "../../../hardware/secrets/native/arena.ts";
import { createCurve } from "../../../hardware/secrets/native/curve.ts";
import { kernelTap } from "../../../hardware/secrets/native/entropy.ts";
import { generate, instantiate, STATE_BYTES } from "../../../hardware/secrets/native/hmac-drbg.ts";
import { openEnvelope, sealEnvelope } from "../../../hardware/secrets/native/hpke.ts";
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";
import { createRandom } from "../../../hardware/secrets/native/random.ts";
import { createRoom } from "../../../hardware/secrets/native/room.ts";
import type { Take } from "../../../hardware/secrets/native/scratch.ts";
import { openSecureHeap } from "../../../hardware/secrets/native/secure-heap.ts";
import { must } from "../oracles/loading.ts";
import type { RawEngine } from "./raw-engine.ts";

/** Opens one; throws where the libraries are not here. */
export const openNativeRaw = (): RawEngine => {
  const libraries = must(openLibraries());
  must(openSecureHeap(libraries));
  const { libc } = libraries;
  const room = createRoom(libraries, must(openArena(libc, true)));
  const curve = createCurve(room, must(createRandom(room, [kernelTap(libc)])));
  const { scratch, lay } = room.arena;
  const inside = (take: Take, bytes: Uint8Array): Pointer => {
    const at = take(bytes.length);
    lay(at, bytes);
    return at;
  };
  const outside = (at: Pointer, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    libc.memcpy(bytes, at, length);
    return bytes;
  };
  return {
    publicKey: (key) => scratch((take) => curve.serialise(curve.point(inside(take, key)))),
    signEcdsa: (key, digest, publicKey) =>
      scratch((take) => curve.signEcdsa(inside(take, key), digest, publicKey)),
    signSchnorr: (key, message, settings) =>
      scratch((take) => curve.signSchnorr(inside(take, key), message, settings)),
    agree: (secret, publicKey) =>
      scratch((take) => {
        const out = take(32);
        return agreeOn(room, inside(take, secret), publicKey, out) ? outside(out, 32) : undefined;
      }),
    seal: (ephemeral, publicKey, plaintext, context, aead) =>
      scratch((take) => {
        const text = { at: inside(take, plaintext), length: plaintext.length };
        return sealEnvelope(room, inside(take, ephemeral), publicKey, text, context, aead);
      }),
    open: (secret, envelope, context, aead) =>
      scratch((take) => {
        const length = envelope.ciphertext.length - 16;
        const out = take(Math.max(length, 1));
        const isOpen = openEnvelope(room, inside(take, secret), envelope, context, out, aead);
        return isOpen ? outside(out, length) : undefined;
      }),
    draw: (material, length) =>
      scratch((take) => {
        const [state, out] = [take(STATE_BYTES), take(length)];
        instantiate(room, state, [material]);
        generate(room, state, out, length);
        return outside(out, length);
      }),
  };
};
