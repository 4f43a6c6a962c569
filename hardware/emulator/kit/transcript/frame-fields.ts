/** Bytes of a line as fields that can be compared: of a frame what its head says. */
import { createFrameReader, type Frame } from "../../../../protocol/frame/frame.ts";
import { isSame } from "../../../../protocol/bytes.ts";

/** What a piece of the line says. */
export const pieceFields = (piece: Uint8Array): ReadonlyMap<string, string> => {
  const frames = createFrameReader().push(piece);
  const head = ({ type, flags, epoch, seq, ack, window, channel, payload }: Frame) => ({
    frame: type,
    flags,
    epoch,
    seq,
    ack,
    window,
    channel,
    payload: payload.toHex(),
  });
  const [first] = frames;
  const said = first === undefined ? { frame: "none" } : head(first);
  const fields = { ...said, length: piece.length, bytes: piece.toHex() };
  return new Map(Object.entries(fields).map(([name, value]) => [name, String(value)]));
};

/** Where two pieces differ first; where one of them ends if it is all of the other's beginning. */
export const differsAt = (a: Uint8Array, b: Uint8Array): number | undefined => {
  if (isSame(a, b)) return undefined;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at === -1 ? a.length : at;
};
