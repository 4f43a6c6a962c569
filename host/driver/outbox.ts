/**
 * What waits to be taken by the line: little, so that a frame that has become needless is not
 * queued beyond recall. A frame is pulled from the link only while there is room.
 */
import type { Line } from "./line.ts";

/** Two frames of the largest size: the line is never idle while the next one is made. */
const UNSENT_LIMIT = 8_192;

/** The way out to a line. */
export interface Outbox {
  readonly hasRoom: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
}

/** Nothing written yet; `onRoom` is called when the line has taken something. */
export const createOutbox = (line: Line, onRoom: () => void): Outbox => {
  let unsent = 0;
  return {
    hasRoom: () => unsent < UNSENT_LIMIT,
    write: (bytes) => {
      unsent += bytes.length;
      const sent = (): void => {
        unsent -= bytes.length;
        onRoom();
      };
      void line.write(bytes).then(sent, sent);
    },
  };
};
