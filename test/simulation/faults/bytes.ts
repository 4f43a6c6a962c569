/** Bytes that the line spoils, loses, doubles or makes. */
import { type Spoil, SPOILS } from "../../../hardware/emulator/kit/faults/bytes.ts";
import { anyDirection, type Fault, fromSomeChunk } from "./fault.ts";

/** Spoils a chunk, and perhaps some later ones. */
const spoiling =
  (spoil: Spoil): Fault =>
  (room) => {
    const { chance } = room;
    const again = chance.pick([0, 0, 0.1, 0.4]);
    let left = again === 0 ? 1 : chance.between(2, 12);
    fromSomeChunk(room, anyDirection(room), (chunk) => {
      if (again > 0 && !chance.isLucky(again)) return undefined;
      room.happened();
      left -= 1;
      return { chunks: [spoil(chunk, chance)], isDone: left === 0 };
    });
  };

/** Faults of single bytes. */
export const BYTE_FAULTS = {
  "flipped bits": spoiling(SPOILS["flipped bits"]),
  "burst of errors": spoiling(SPOILS["burst of errors"]),
  "byte lost": spoiling(SPOILS["byte lost"]),
  "byte doubled": spoiling(SPOILS["byte doubled"]),
  "byte inserted": spoiling(SPOILS["byte inserted"]),
  "zero made": spoiling(SPOILS["zero made"]),
  "zero lost": spoiling(SPOILS["zero lost"]),
} as const satisfies Record<string, Fault>;
