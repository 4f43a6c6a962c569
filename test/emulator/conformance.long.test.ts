/** The conformance suite over an emulator in process, and over each way into it. */
import { existsSync } from "node:fs";
import { createEmulator, type Emulator } from "../../hardware/emulator/index.ts";
import { openPort, type OpenLine } from "../../host/client/index.ts";
import { conform, type Need, type Subject } from "../kit/conformance/index.ts";

const SEED = new Uint8Array(32).fill(9);

type Way = (emulator: Emulator) => OpenLine | Promise<OpenLine>;

const prepare =
  (way: Way): Subject["prepare"] =>
  async ({ phase = "ready", isAsking = false }: Need) => {
    const seeded = phase === "ready" ? { seed: SEED } : {};
    const emulator = await createEmulator({ ...seeded, approve: isAsking ? "ask" : "auto" });
    const { identity } = emulator;
    const open = await way(emulator);
    return { open, identity, [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose]() };
  };

const WAYS: Readonly<Record<string, Way>> = {
  "in process": ({ open }) => open,
  pty: ({ path }) => openPort(path),
  "Unix socket": async ({ listen }) => openPort((await listen()).port),
  TCP: async ({ listen }) => openPort((await listen({ tcp: "127.0.0.1:0" })).port),
};

for (const [name, way] of Object.entries(WAYS)) {
  const isMissing = name === "pty" && !existsSync("/dev/ptmx");
  conform({ name, hasMany: true, offers: () => !isMissing, prepare: prepare(way) });
}
