/**
 * The threads, seen from their master: tasks go to whichever thread has the least to do, two at a
 * time, so that none waits for a message. A thread that dies breaks the pool: everything under way
 * and everything to come rejects. A pool that is stopped answers with nothing.
 */
import type { Worker } from "node:worker_threads";
import { assert } from "../../../../protocol/errors.ts";
import type { Post, Reply, Task } from "./tasks.ts";

/** A message there and back takes half a millisecond: meanwhile a thread has another task. */
const TASKS_AT_ONCE = 2;

/** The thread's program: beside this file, as source or as JavaScript. */
const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "thread.ts" : "thread.js",
  import.meta.url,
);

/** Threads for tasks. */
export interface Pool {
  /** What a thread made of a task; nothing where its ticket was revoked or the pool stopped. */
  readonly run: (task: Task) => Promise<Uint8Array | undefined>;
  /** Starts the threads; again is no harm. Without it the first task does. */
  readonly start: () => void;
  /** Ends the threads for good; they must be at rest, and stay so. */
  readonly stop: () => void;
}

interface Job {
  readonly task: Task;
  readonly resolve: (made: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that is awaited keeps the process alive; one that rests does not. */
interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
  isReady: boolean;
}

const createJobs = (threads: readonly Thread[], queue: Job[]) => {
  let lastId = 0;
  const give = (depth: number): void => {
    for (const { worker, jobs, isReady } of threads) {
      const job = isReady && jobs.size < depth ? queue.shift() : undefined;
      if (job === undefined) continue;
      lastId += 1;
      jobs.set(lastId, job);
      worker.ref();
      worker.postMessage({ id: lastId, task: job.task }, []);
    }
  };
  return {
    /** Gives each thread a first task before any gets a second. */
    giveOut: (): void => {
      for (let depth = 1; depth <= TASKS_AT_ONCE; depth += 1) give(depth);
    },
    take: ({ worker, jobs }: Thread, { id, made }: Reply): void => {
      jobs.get(id)?.resolve(made);
      jobs.delete(id);
      if (jobs.size === 0) worker.unref();
    },
    /** Everything that was not answered. */
    drain: (): readonly Job[] => {
      const open = [...threads.flatMap(({ jobs }) => [...jobs.values()]), ...queue];
      queue.length = 0;
      for (const { jobs } of threads) jobs.clear();
      return open;
    },
  };
};

/** A pool for so many posts; `onGone` is told of each thread that is no more. */
export const createPool = (
  posts: readonly Post[],
  onGone: (thread: number) => void = () => undefined,
): Pool => {
  const [threads, queue]: [Thread[], Job[]] = [[], []];
  const jobs = createJobs(threads, queue);
  let state: "new" | "running" | "stopped" | "broken" = "new";
  const lose = (thread: number): void => {
    onGone(thread);
    if (state !== "running") return;
    state = "broken";
    // The others are let be: who is ended in the middle leaves a key behind.
    const error = new Error("broken invariant: a thread of the engine lives");
    for (const { reject } of jobs.drain()) reject(error);
  };
  const beReady = (thread: Thread): void => {
    thread.isReady = true;
    thread.worker.unref();
  };
  const open = (post: Post): Thread => {
    // Not before it is needed: ten milliseconds of a start that may need no thread.
    const { Worker: Opened } = process.getBuiltinModule("node:worker_threads");
    // Its own heap is collected early: with two threads 10,000 inputs take 10 MB less.
    const settings = { workerData: post, smol: true };
    const worker = new Opened(THREAD, settings);
    const thread: Thread = { worker, jobs: new Map(), isReady: false };
    worker.on("error", () => lose(post.thread));
    worker.on("exit", () => lose(post.thread));
    worker.on("message", (message: Reply | "ready") => {
      if (message === "ready") beReady(thread);
      else jobs.take(thread, message);
      jobs.giveOut();
    });
    return thread;
  };
  const start = (): void => {
    if (state !== "new") return;
    state = "running";
    threads.push(...posts.map(open));
  };
  return {
    start,
    stop: () => {
      state = "stopped";
      for (const { worker } of threads) void worker.terminate();
      for (const { resolve } of jobs.drain()) resolve(undefined);
    },
    run: (task) => {
      start();
      if (state === "stopped") return Promise.resolve(undefined);
      assert(state === "running", "a thread of the engine lives");
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
      queue.push({ task, resolve, reject });
      jobs.giveOut();
      return promise;
    },
  };
};
