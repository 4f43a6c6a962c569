/** Every end of an emulator wipes first; `--hold-after-wipe` leaves the process to be looked at. */
import { afterAll, describe, expect, test } from "bun:test";
import { hasNoPty, isAlive, startEmulating } from "./emulating.ts";
import { askMayfly, cleanUp, numberOf, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;

describe.skipIf(hasNoPty)("pty: emulate --hold-after-wipe", () => {
  test.concurrent("a seal: wiped, the process stays, and Ctrl-C ends it", async () => {
    const home = temporaryFolder();
    const emulating = startEmulating(home, "--hold-after-wipe", "--insecure-mnemonic", ABANDON);
    const [listening = {}] = await emulating.listening();
    await askMayfly({ home }, "seal", "--port", "A");
    const wiped = await emulating.next(({ event }) => event === "wiped");
    expect(wiped).toMatchObject({ name: "A", reason: "seal", pid: numberOf(listening, "pid") });
    await Bun.sleep(200);
    expect(isAlive(numberOf(listening, "pid"))).toBe(true);
    await emulating.end("SIGINT");
    expect(isAlive(numberOf(listening, "pid"))).toBe(false);
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    test.concurrent(`${signal} to the signer: wiped first`, async () => {
      const home = temporaryFolder();
      const emulating = startEmulating(home, "--hold-after-wipe", "--insecure-mnemonic", ABANDON);
      const [listening = {}] = await emulating.listening();
      const pid = numberOf(listening, "pid");
      process.kill(pid, signal);
      expect(await emulating.next(({ event }) => event === "wiped")).toMatchObject({ pid });
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, signal);
      await emulating.listening();
      expect(isAlive(pid)).toBe(false);
    });
  }
});
