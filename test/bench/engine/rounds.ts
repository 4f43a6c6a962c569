/** Rounds over all cases: each case in both modes, one right after the other, then the next. */
import { type Peer, startPeer } from "./peers.ts";

/** How much is measured. */
export interface Effort {
  /** That count; one more comes first, for caches and compilers. */
  readonly rounds: number;
  readonly sliceMs: number;
}

/** Steps a second of a case in each round, by its title; the mode is in the title. */
export type Rates = ReadonlyMap<string, readonly number[]>;

/** What a title ends with where the optimising JIT is off. */
export const OFF = ", DFG off";

/** These run on no device, and are slow enough as it is. */
const DEFAULT_ONLY = /^(?:portable engine|@noble)/;

const titleIn = ({ mode }: Peer, title: string): string =>
  mode === "default" ? title : title + OFF;

const runRound = async (
  peers: readonly Peer[],
  sliceMs: number,
  keep: (title: string, rate: number) => void,
): Promise<void> => {
  const titles = peers[0]?.titles ?? [];
  for (const [at, title] of titles.entries()) {
    const wanted = peers.filter(({ mode }) => mode === "default" || !DEFAULT_ONLY.test(title));
    for (const peer of wanted) keep(titleIn(peer, title), await peer.measure(at, sliceMs));
  }
};

const runRounds = async (peers: readonly Peer[], effort: Effort): Promise<Rates> => {
  const rates = new Map<string, number[]>();
  const keep = (title: string, rate: number): void => {
    const own = rates.get(title) ?? [];
    rates.set(title, own);
    own.push(rate);
  };
  await runRound(peers, effort.sliceMs / 2, () => undefined);
  for (let round = 0; round < effort.rounds; round += 1) {
    await runRound(peers, effort.sliceMs, keep);
  }
  return rates;
};

/** Measures everything that this machine has. */
export const measureAll = async (effort: Effort): Promise<Rates> => {
  const peers: Peer[] = [];
  try {
    for (const mode of ["default", "DFG off"] as const) peers.push(await startPeer(mode));
    return await runRounds(peers, effort);
  } finally {
    await Promise.all(peers.map((peer) => peer.end()));
  }
};
