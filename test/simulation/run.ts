/** One run: a world from one seed, its faults, the end of its faults, and what was found. */
import type { Breakage } from "./breakages.ts";
import {
  COMMON_NAMES,
  type FaultName,
  FAULTS,
  HARMLESS,
  isHarmless,
  rareFaultOf,
} from "./faults/index.ts";
import type { Finding } from "./findings.ts";
import type { Witness } from "./witnesses.ts";
import { createScene, type Scene, type SceneOptions } from "./scene.ts";
import { secretsIn } from "./secret-search.ts";

/** How a run is made. */
export interface RunOptions extends SceneOptions {
  /** The faults that lie in wait; drawn from the seed unless told. */
  readonly faults?: readonly FaultName[];
}

/** What came of a run. */
export interface RunResult {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** Equal for equal runs. */
  readonly hash: string;
  readonly lines: readonly string[];
  readonly virtualMs: number;
  readonly steps: number;
  readonly signed: number;
  /** What was seen to come of faults. */
  readonly witnessed: ReadonlySet<Witness>;
  /** Milliseconds from the end of the faults until everything was done. */
  readonly mendMs: number;
  /** How often each fault was injected. */
  readonly injected: ReadonlyMap<FaultName, number>;
}

/** How long the rest may take after the faults. */
const MEND_MS = 150_000;
const SETTLE_MS = 160_000;
const REST_MS = 2_000;
/** A close waits for last words, which a slow line takes some time for. */
const CLOSE_MS = 1_000;
/** Without a RESET a link is over after a while. */
const GONE_MS = 15_000;
/** A question whose asker is gone waits for a person as long as any. */
const CONSENT_MS = 130_000;
/** Bytes that the device may put on top of its writer's buffer: one frame. */
const ON_TOP = 4_200;

/** How many faults lie in wait in a run. */
const COUNTS = [0, 1, 1, 2, 2, 3, 4, 6] as const;

/** In how many runs there are only faults that end no session, so that it can be seen. */
const HARMLESS_SHARE = 0.15;

const HARMLESS_COMMON = HARMLESS.filter((name) => COMMON_NAMES.includes(name));

/** One by the seed's number, so that none is forgotten, and the others by chance. */
const faultsOf = ({ chance }: Scene, seed: number): readonly FaultName[] => {
  const rare = rareFaultOf(seed);
  if (rare !== undefined) return [rare];
  const drawn = chance.fork("faults");
  const count = drawn.pick(COUNTS);
  const pool = drawn.isLucky(HARMLESS_SHARE) ? HARMLESS_COMMON : COMMON_NAMES;
  const first = pool.slice(seed % pool.length).slice(0, 1);
  const others = Array.from({ length: Math.max(0, count - 1) }, () => drawn.pick(pool));
  return count === 0 ? [] : [...new Set([...first, ...others])];
};

/** Sets the faults; the result ends the time of faults, and says which ones there were. */
const arm = (scene: Scene, names: readonly FaultName[]) => {
  const injected = new Map<FaultName, number>();
  const endings: (() => void)[] = [];
  let isOver = false;
  let lastsUntilMs = 0;
  for (const name of names) {
    FAULTS[name]({
      ...scene,
      chance: scene.chance.fork(name),
      happened: () => {
        if (!injected.has(name)) scene.trace.event(scene.world.nowMs(), `fault: ${name}`);
        injected.set(name, (injected.get(name) ?? 0) + 1);
      },
      onHeal: (action) => void endings.push(action),
      isOver: () => isOver,
      extend: (ms) => {
        lastsUntilMs = Math.max(lastsUntilMs, scene.world.nowMs() + ms);
      },
    });
  }
  return {
    injected,
    lastsUntilMs: () => lastsUntilMs,
    end: (): void => {
      isOver = true;
      for (const action of endings) action();
    },
  };
};

/** Until everything that was wanted is done, or the time of faults is over. */
const work = (scene: Scene, lastsUntilMs: () => number): void => {
  const { world, journal, plan, worker } = scene;
  for (const payment of plan.payments) journal.add(payment);
  worker.start();
  world.runUntil(worker.isDone, plan.faultsMs);
  world.runUntil(() => false, lastsUntilMs());
};

/** After the last fault: everything open must get done, and something new. */
const mend = (scene: Scene, breakage: Breakage | undefined): number => {
  const { world, cable, journal, plan, worker, findings, trace } = scene;
  trace.event(world.nowMs(), "the faults are over");
  for (const pipe of [cable.toDevice, cable.toHost]) pipe.heal();
  breakage?.line?.(cable);
  cable.plug();
  journal.add(plan.lastPayment);
  const sinceMs = world.nowMs();
  const isDone = world.runUntil(worker.isDone, sinceMs + MEND_MS);
  const open = journal.open().map(({ payment }) => payment.name);
  findings.expect(isDone, "live", () => `still open: ${open.join(", ")}`);
  return world.nowMs() - sinceMs;
};

/** Everything asked is answered, and the last accounts are settled. */
const settle = ({ world, worker, device, findings }: Scene): void => {
  worker.rest();
  const unsettled = (): readonly string[] => worker.process()?.unsettled() ?? [];
  world.runUntil(() => unsettled().length === 0, world.nowMs() + SETTLE_MS);
  findings.expect(unsettled().length === 0, "settled", () => unsettled().join(", "));
  world.runUntil(() => false, world.nowMs() + REST_MS);
  const unanswered = device.boot()?.messages.unanswered() ?? [];
  findings.expect(unanswered.length === 0, "oneFinal", () => `unanswered: ${unanswered.join()}`);
  const openCalls = (): number => device.boot()?.signer.load().openCalls ?? 0;
  world.runUntil(() => openCalls() === 0, world.nowMs() + CONSENT_MS);
  findings.expect(openCalls() === 0, "settled", () => `${openCalls()} calls are open for ever`);
  device.check();
};

const inspect = ({ cable, plan, device, words, written, findings }: Scene): void => {
  const peak = cable.peak();
  const isBounded = peak <= plan.nature.buffer + ON_TOP;
  findings.expect(isBounded, "bounded", () => `${peak} bytes wait on the device`);
  const log = new TextEncoder().encode(device.log.join("\n"));
  const secrets = secretsIn([...device.said, ...written, log], words);
  findings.expect(secrets.length === 0, "secret", () => secrets.join(", "));
};

/** What ends no session has ended none: one to ask who is there, and one to work in. */
const checkSurvival = (scene: Scene, injected: ReadonlyMap<FaultName, number>): void => {
  const { worker, device, plan, findings } = scene;
  const own = worker.process();
  const hasLeft = worker.processes() > 1 || (own?.leaves() ?? 0) > 0;
  if (!isHarmless(injected) || !plan.isListed || hasLeft) return;
  scene.witness("session survived");
  const events = own?.events.join(", ");
  findings.expect(events === "connected", "survives", () => `the driver told: ${events}`);
  const sessions = device.boot()?.messages.sessions() ?? 0;
  findings.expect(sessions <= 2, "survives", () => `${sessions} sessions`);
};

/** The last client closes: soon, the port is free then, and the device forgets who was there. */
const depart = ({ world, worker, cable, device, findings }: Scene): void => {
  const own = worker.process();
  let isClosed = own === undefined;
  const leave = async (): Promise<void> => {
    await own?.leave();
    isClosed = true;
  };
  own?.actor.after(0, () => void leave());
  world.runUntil(() => isClosed, world.nowMs() + CLOSE_MS);
  findings.expect(isClosed && !cable.isHeld(), "settled", () => "close does not free the port");
  const sessions = (): number => device.boot()?.signer.load().sessions ?? 0;
  world.runUntil(() => sessions() === 0, world.nowMs() + GONE_MS);
  findings.expect(sessions() === 0, "settled", () => `${sessions()} sessions are kept for ever`);
};

const runScene = (options: RunOptions): RunResult => {
  const scene = createScene({ ...options, isLong: rareFaultOf(options.seed) !== undefined });
  const { world, findings, trace, worker } = scene;
  const faults = arm(scene, options.faults ?? faultsOf(scene, options.seed));
  let mendMs = 0;
  try {
    work(scene, faults.lastsUntilMs);
    faults.end();
    mendMs = mend(scene, options.breakage);
    settle(scene);
    inspect(scene);
    checkSurvival(scene, faults.injected);
    depart(scene);
  } catch (thrown) {
    findings.add("faultless", thrown instanceof Error ? (thrown.stack ?? thrown.message) : "?");
  }
  const result: RunResult = {
    seed: options.seed,
    findings: [...findings.all()],
    hash: trace.hash(),
    lines: trace.lines(),
    virtualMs: world.nowMs(),
    steps: world.steps(),
    signed: worker.signed(),
    mendMs,
    witnessed: scene.witnessed,
    injected: faults.injected,
  };
  worker.discard();
  return result;
};

/** Runs a seed. The same seed runs the same. */
export const run = (options: RunOptions): RunResult => {
  const mendProduct = options.breakage?.product?.();
  const result = runScene(options);
  mendProduct?.();
  return result;
};
