/**
 * A test process that is to be killed. `in-process FOLDER`: emulators with every way in; else the
 * words of a `mayfly emulate --with-parent` that it starts. It prints one JSON line and waits.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { MAYFLY } from "../cli/mayfly.ts";

const [, , what = "", ...words] = process.argv;

const startInProcess = async (folder: string) => {
  const emulators = [await createEmulator(), await createEmulator()];
  const ways = emulators.map(async (emulator, i) => {
    const [own, file] = [await emulator.listen(), join(folder, `socket-${i}`)];
    const [named, tcp] = [
      await emulator.listen({ socket: file }),
      await emulator.listen({ tcp: "127.0.0.1:0" }),
    ];
    return { paths: [emulator.path, own.address, named.address], tcp: tcp.port };
  });
  return Promise.all(ways);
};

/** The `listening` events of a supervisor of ours. */
const startProcess = async (count: number) => {
  const child = spawn(
    process.execPath,
    [MAYFLY, "emulate", "--json", "--with-parent", "--count", `${count}`, ...words],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const events: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event: unknown = JSON.parse(line);
    if (JSON.stringify(event).includes('"listening"')) events.push(event);
    if (events.length === count) break;
  }
  return { supervisor: child.pid, events };
};

const said = what === "in-process" ? await startInProcess(words[0] ?? "") : await startProcess(2);
process.stdout.write(`${JSON.stringify(said)}\n`);
setInterval(() => undefined, 60_000);
