/**
 * Rounds over all cases: every case of a size in each round, one right after the other, so that a
 * busy moment hits them all. Slow ones are in the first rounds only.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCrypto } from "../../../hardware/secrets/index.ts";
import { hasNoLibraries } from "../../secrets/oracles/engines.ts";
import { type Mode, type Peer, startPeer, type Taken } from "./peers.ts";
import { type SampleName, writeSample } from "./sample.ts";

/** How the device's process runs, and with it what it is held against. */
export const SHIPPED: Mode = hasNoLibraries ? "default" : "DFG off";

/** Cases, as rows name them. */
export const TITLE = {
  bare: "bare loop",
  bareTwice: "bare loop, two processes",
  device: "device",
  deviceTwo: "device, 2 threads",
  bitcoinjs: "bitcoinjs-lib",
  bitcoinjsDefault: "bitcoinjs-lib, Bun's default JIT",
  scure: "@scure/btc-signer",
} as const;

/** One of them. */
export type Title = (typeof TITLE)[keyof typeof TITLE];

/** A size, and how often it is measured. */
export interface Effort extends SampleName {
  readonly rounds: number;
}

/** All takings of a case of a size. */
export interface Measured extends SampleName {
  readonly title: Title;
  readonly takes: readonly Taken[];
}

/** Rounds that warm up: compilers have seen everything after these. */
const WARM_ROUNDS = 2;
/** Below so many there is nothing to share. */
const SHARED_INPUTS = 125;

interface Case {
  readonly title: Title;
  readonly take: (sample: SampleName) => Promise<Taken>;
  /** Of a size: fewer than others where it takes long, and none where it takes minutes. */
  readonly roundsOf: (effort: Effort) => number;
}

const always = ({ rounds }: Effort): number => rounds;

/** The libraries take a time that grows with the square of the inputs: minutes, at last. */
const few =
  (most: number) =>
  ({ inputs }: Effort): number => {
    if (inputs > most) return 0;
    return inputs > 250 ? 1 : 3;
  };

/** Without the optimising tiers it is worth a minute once. */
const slowest = (effort: Effort): number => few(effort.spend === "P2WSH" ? 2000 : 500)(effort);

/** Both at once, each with a half: as long as the slower one takes. */
const inHalves =
  (peers: readonly [Peer, Peer]) =>
  async (sample: SampleName): Promise<Taken> => {
    const [one, other] = await Promise.all([
      peers[0].measure("bare", sample, [0, 2]),
      peers[1].measure("bare", sample, [1, 2]),
    ]);
    return {
      ms: Math.max(one.ms, other.ms),
      cpuMs: one.cpuMs + other.cpuMs,
      answerBytes: one.answerBytes + other.answerBytes,
    };
  };

const casesOf = (start: (mode: Mode, threads?: number) => Peer): readonly Case[] => {
  const bare = [start(SHIPPED), start(SHIPPED)] as const;
  const of = (title: Title, peer: Peer, work: string, roundsOf: Case["roundsOf"]): Case => ({
    title,
    take: (sample) => peer.measure(work, sample),
    roundsOf,
  });
  const shared = ({ inputs, rounds }: Effort): number => (inputs < SHARED_INPUTS ? 0 : rounds);
  return [
    of(TITLE.bare, bare[0], "bare", always),
    of(TITLE.device, start(SHIPPED), "device", always),
    { title: TITLE.bareTwice, take: inHalves(bare), roundsOf: shared },
    of(TITLE.deviceTwo, start(SHIPPED, 2), "device", hasNoLibraries ? () => 0 : always),
    of(TITLE.bitcoinjs, start(SHIPPED), "bitcoinjs-lib", slowest),
    of(TITLE.bitcoinjsDefault, start("default"), "bitcoinjs-lib", few(2000)),
    of(TITLE.scure, start(SHIPPED), "@scure/btc-signer", few(500)),
  ];
};

/** Which cases a round has; those that warm up take part in every one. */
const casesOfRound = (cases: readonly Case[], effort: Effort, round: number): readonly Case[] =>
  cases.filter(({ roundsOf }) => {
    const most = roundsOf(effort);
    return round < 0 ? most === effort.rounds : round < most;
  });

/** Rounds of one size. */
const measureSize = async (
  cases: readonly Case[],
  effort: Effort,
): Promise<readonly Measured[]> => {
  const { spend, inputs } = effort;
  const takes = new Map<Title, Taken[]>();
  for (let round = -WARM_ROUNDS; round < effort.rounds; round += 1) {
    for (const { title, take } of casesOfRound(cases, effort, round)) {
      const taken = await take({ spend, inputs });
      if (round >= 0) takes.set(title, [...(takes.get(title) ?? []), taken]);
    }
  }
  return [...takes].map(([title, all]) => ({ spend, inputs, title, takes: all }));
};

/** Measures all sizes. */
export const measureAll = async (efforts: readonly Effort[]): Promise<readonly Measured[]> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
  const peers: Peer[] = [];
  const start = (mode: Mode, threads = 0): Peer => {
    const peer = startPeer(folder, mode, threads);
    peers.push(peer);
    return peer;
  };
  const crypto = createCrypto(hasNoLibraries ? "portable" : "native");
  try {
    for (const effort of efforts) await writeSample(folder, effort, crypto);
    const cases = casesOf(start);
    const measured: Measured[] = [];
    for (const effort of efforts) measured.push(...(await measureSize(cases, effort)));
    return measured;
  } finally {
    await Promise.all(peers.map((peer) => peer.end()));
    await rm(folder, { recursive: true, force: true });
  }
};
