/**
 * A thread of the native engine: tasks come as messages, replies go back. What goes wrong here ends
 * the thread, and with it the pool: a fault is never only one signature's.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../../../protocol/errors.ts";
import { addressOf } from "../address.ts";
import { openLibraries } from "../libraries.ts";
import type { Post, Reply, Task } from "./tasks.ts";
import { openWorkplace } from "./workplace.ts";

const port = parentPort;
assert(port !== null, "a thread has a master");

const post: Post = workerData;
const libraries = openLibraries();
assert(libraries.ok, "a thread has the libraries that its master has");
const { sign, derive } = openWorkplace(libraries.value, addressOf(post.base), post);

port.on("message", ({ id, task }: { readonly id: number; readonly task: Task }) => {
  const made = task.kind === "sign" ? sign(task) : derive(task);
  const reply: Reply = { id, made };
  port.postMessage(reply);
});

/** Says that it is there. */
port.postMessage("ready");
