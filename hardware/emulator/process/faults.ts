/** What breaks in an emulator's process: its board's parts, as the settings say. */
import type { Rng } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { BoardParts } from "../board/board.ts";
import { createClock } from "../board/clock.ts";
import { createSeededRng } from "../board/seeded-rng.ts";
import { drawsFrom } from "../kit/faults/draws.ts";
import { createFaults, type Fault } from "../kit/faults/index.ts";
import { readFaults } from "../kit/faults/read-faults.ts";
import { meddledLink } from "../lines/meddled-link.ts";
import type { Settings } from "./settings.ts";

type Say = (event: Readonly<Record<string, unknown>>) => void;

/** Faults that are there as long as the device is, boot after boot. */
const isLasting = ({ kind }: Fault): boolean =>
  kind === "slow device" || kind === "full queue" || kind === "wrong clock";

/** What is left of a fault that happened so often in earlier boots. */
const leftOf = (fault: Fault, happened: number): Fault | undefined => {
  if (happened === 0 || isLasting(fault)) return fault;
  if (!("times" in fault) || fault.times === undefined) return undefined;
  return fault.times > happened ? { ...fault, after: 0, times: fault.times - happened } : undefined;
};

/** A stream of its own: where randomness is repeatable, the device's is the same without faults. */
const chanceOf = ({ name, boot, rngSeed }: Settings, rng: Rng): Rng =>
  rngSeed === undefined
    ? rng
    : createSeededRng(Uint8Array.fromHex(rngSeed), `${name}/${boot}/faults`);

/**
 * The parts of a board, broken as its settings say, and what happens said; as they are where those
 * say nothing. The native engine's generator is its own, and does not fail.
 */
export const breakParts = (
  settings: Settings,
  whole: BoardParts,
  say: Say,
): Outcome<BoardParts, "arguments_invalid"> => {
  const { name, faults: wanted = [], happened: before = [] } = settings;
  const read = readFaults(wanted);
  if (!read.ok) return fail("arguments_invalid", { faults: read.why });
  const places = new Map<Fault, number>();
  for (const [place, fault] of read.faults.entries()) {
    const left = leftOf(fault, before[place] ?? 0);
    if (left !== undefined) places.set(left, place);
  }
  if (places.size === 0) return ok(whole);
  const clock = whole.clock ?? createClock();
  const { link, ...line } = meddledLink(whole.link, clock);
  const tell = (fault: Fault, atMs: number): void =>
    say({
      event: "fault",
      name,
      kind: fault.kind,
      place: places.get(fault),
      atMs: Math.round(atMs),
    });
  const { parts } = createFaults(
    { ...line, clock, draws: drawsFrom(chanceOf(settings, whole.rng)) },
    clock,
    [...places.keys()],
    tell,
  );
  return ok({
    ...whole,
    clock: parts.clock(clock),
    rng: parts.rng(whole.rng),
    link: parts.link(link, clock),
    secrets: parts.secrets(whole.secrets, () => whole.onEnd("brown-out")),
    tamper: parts.tamper,
  });
};
