/** `mayfly emulate --fault`: what a file breaks is broken on the pty, said, and survived. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEmulatorEvent } from "../../host/cli/emulator-events.ts";
import { createWatch } from "../../host/cli/emulator-watch.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating } from "./emulating.ts";
import { askMayfly, cleanUp, runMayfly, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

/** A home, and a file in it. */
const withFile = (text: string) => {
  const home = temporaryFolder();
  const file = join(home, "faults.json");
  writeFileSync(file, text);
  return { home, file };
};

describe.skipIf(hasNoPty)("pty: emulate --fault", () => {
  test.concurrent("lost frames and a stall on the pty: the call is answered", async () => {
    const faults = [
      { kind: "frame lost", after: 3, times: 2 },
      { kind: "flipped bits", at: "toHost", after: 2 },
      { kind: "stall", at: "toHost", after: 5, forMs: 300 },
    ];
    const { home, file } = withFile(JSON.stringify(faults));
    const emulating = startEmulating(home, "--rng-seed", "00ff", "--fault", file);
    await emulating.listening();
    const status = await askMayfly({ home }, "status", "--port", "A");
    expect(status).toMatchObject({ name: "A", phase: "sealed" });
    const told = emulating.events.filter(({ event }) => event === "fault");
    expect(told).toContainEqual({
      event: "fault",
      name: "A",
      kind: "frame lost",
      atMs: expect.any(Number),
    });
    expect(told).toContainEqual(expect.objectContaining({ kind: "flipped bits" }));
  });

  test.concurrent("a tampered device says so, and does nothing else", async () => {
    const { home, file } = withFile('[{"kind":"tamper"}]');
    const [listening] = await startEmulating(home, "--fault", file).listening();
    expect(listening).toMatchObject({ phase: "tampered" });
    const status = await askMayfly({ home }, "status", "--port", "A");
    expect(status).toMatchObject({ phase: "tampered" });
  });

  test.concurrent("a kind that there is not: one sentence, exit code 2", async () => {
    const { home, file } = withFile('[{"kind":"frame lost"},{"kind":"gremlins"}]');
    const refused = await runMayfly({ home }, "emulate", "--fault", file, "--json");
    expectJsonRefusal(refused, "arguments_invalid", 2);
    expect(refused.stdout).toContain('there is no fault \\"gremlins\\"');
  });
});

test.concurrent("a file that holds no list: one sentence, exit code 2", async () => {
  const { home, file } = withFile('{"kind":"frame lost"}');
  const refused = await runMayfly({ home }, "emulate", "--fault", file);
  expectSentence(refused, "arguments_invalid", 2);
});

test("what happened in one boot is told to the next, and only what is a fault's counts", () => {
  const watch = createWatch();
  const hear = (event: object): void => {
    const read = readEmulatorEvent(JSON.stringify(event));
    if (read !== undefined) watch.take(read);
  };
  expect(watch.past().happened).toEqual([]);
  const fault = { event: "fault", name: "A", kind: "stall", place: 2, atMs: 7 };
  for (const event of [fault, fault, { ...fault, place: 0 }, { ...fault, place: -1 }]) hear(event);
  expect(watch.past().happened).toEqual([1, 0, 2]);
});
