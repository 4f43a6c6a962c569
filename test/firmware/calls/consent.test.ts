/** The question desk: one question, a pause after one that nobody answered, and hosts first. */
import { describe, expect, test } from "bun:test";
import { type Cancellable, createCancellation } from "../../../firmware/cancellation.ts";
import { createConsent } from "../../../firmware/consent.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import type { Press, Screen } from "../../../firmware/hal.ts";
import { createButtons } from "../../../hardware/emulator/board/buttons.ts";
import { createBoard } from "../../../hardware/emulator/board/board.ts";
import { createCable } from "../../../hardware/emulator/lines/cable.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import { createPortableSecrets } from "../../../hardware/secrets/index.ts";
import type { Caller } from "../../../protocol/session/role.ts";
import { createFakeClock } from "../fake-clock.ts";
import { errorOf } from "../outcomes.ts";
import { ANYONE, hostOf, settle } from "./call-bench.ts";

const createDesk = () => {
  const clock = createFakeClock();
  const buttons = createButtons("ask");
  const shown: string[] = [];
  const rng = systemRng();
  const board = createBoard({
    name: "A",
    link: createCable().device,
    rng,
    secrets: createPortableSecrets(rng),
    buttons,
    lastReason: "power",
    onScreen: ({ lines }: Screen) => void shown.push(lines.join()),
    log: { append: () => undefined },
    onEnd: () => undefined,
  });
  const askFor = createConsent({ ...board, clock }, () => ({ kind: "status", lines: ["idle"] }));
  const ask = (name: string, caller: Caller, isUrgent = false) => {
    const wish: Cancellable = createCancellation();
    const question = { name, end: "open", wish };
    const run = async (): Promise<void> => {
      const outcome = await askFor(wish, { caller, isUrgent })({ kind: "message", lines: [name] });
      question.end = outcome.ok ? "yes" : errorOf(outcome);
    };
    void run();
    return question;
  };
  const pass = async (ms: number): Promise<void> => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  const press = async (button: Press): Promise<void> => {
    buttons.press(button);
    await settle();
  };
  return { ask, pass, press, shown, waiting: clock.waiting };
};

const HOST = hostOf();

describe("one question at a time", () => {
  test("a second host's is busy; after the answer there is room", async () => {
    const { ask, pass, press, shown } = createDesk();
    const [first, second] = [ask("a", HOST), ask("b", hostOf("vault", 2))];
    await pass(0);
    expect(second.end).toBe("busy");
    await press("yes");
    expect(first.end).toBe("yes");
    const third = ask("c", HOST);
    await pass(DEVICE_LIMITS.doublePressMs);
    await press("no");
    expect([third.end, shown]).toEqual(["declined", ["a", "idle", "c", "idle"]]);
  });

  test("a limit, a cancel and a deadline end it by name; late presses are lost", async () => {
    const { ask, pass, press, shown, waiting } = createDesk();
    const ends: string[] = [];
    for (const end of ["consent_timeout", "cancelled", "timeout"] as const) {
      const question = ask(end, HOST);
      await pass(DEVICE_LIMITS.dwellMs);
      if (end === "consent_timeout") await pass(DEVICE_LIMITS.consentMs - DEVICE_LIMITS.dwellMs);
      else question.wish.cancel(end);
      await pass(0);
      ends.push(question.end);
      const next = ask("next", HOST);
      await press("yes");
      expect([next.end, shown.at(-1)]).toEqual(["open", "idle"]);
      next.wish.cancel("cancelled");
      await pass(0);
      expect(next.end).toBe("cancelled");
    }
    expect([ends, waiting()]).toEqual([["consent_timeout", "cancelled", "timeout"], 0]);
  });
});

describe("a host's question", () => {
  test("takes the place of anyone's, which is busy; a press for the old one is lost", async () => {
    const { ask, pass, press, shown } = createDesk();
    const stranger = ask("stranger", ANYONE);
    const host = ask("host", HOST);
    await pass(0);
    expect([stranger.end, shown]).toEqual(["busy", ["stranger", "idle"]]);
    await press("yes");
    expect(host.end).toBe("open");
    await pass(DEVICE_LIMITS.dwellMs);
    await press("yes");
    expect([host.end, shown.slice(2)]).toEqual(["yes", ["host", "idle"]]);
  });

  test("is not displaced by anyone's, nor by another host's", async () => {
    const { ask, pass, press } = createDesk();
    const host = ask("host", HOST);
    const others = [ask("stranger", ANYONE), ask("pairing", { kind: "pairing" }), ask("b", HOST)];
    await pass(0);
    expect(others.map(({ end }) => end)).toEqual(["busy", "busy", "busy"]);
    await press("yes");
    expect(host.end).toBe("yes");
  });
});

describe("a host's question that waits", () => {
  test("gives way to a signature's, and that to no other", async () => {
    const { ask, pass, press, shown } = createDesk();
    const check = ask("check", HOST);
    const signing = ask("sign", hostOf("vault", 2), true);
    const late = [ask("check again", HOST), ask("another's", hostOf("vault", 3), true)];
    await pass(DEVICE_LIMITS.dwellMs);
    expect([check.end, ...late.map(({ end }) => end)]).toEqual(["busy", "busy", "busy"]);
    await press("yes");
    expect([signing.end, shown]).toEqual(["yes", ["check", "idle", "sign", "idle"]]);
  });

  test("gives way to an equal one of another host if its host's last got no yes", async () => {
    const { ask, pass, press } = createDesk();
    const [pest, other, third] = [HOST, hostOf("vault", 2), hostOf("vault", 3)];
    ask("no", pest, true);
    await press("no");
    const [again, honest] = [ask("again", pest, true), ask("honest", other, true)];
    await pass(DEVICE_LIMITS.dwellMs);
    const pushed = [ask("third", third, true), ask("again", pest, true)];
    await press("no");
    expect([again, honest, ...pushed].map(({ end }) => end)).toEqual([
      "busy",
      "declined",
      "busy",
      "busy",
    ]);
    const equals = [ask("again", pest, true), ask("honest", other, true)];
    await pass(DEVICE_LIMITS.dwellMs);
    await press("yes");
    expect(equals.map(({ end }) => end)).toEqual(["yes", "busy"]);
    const better = [ask("honest", other, true), ask("again", pest, true)];
    await pass(DEVICE_LIMITS.dwellMs);
    await press("yes");
    expect(better.map(({ end }) => end)).toEqual(["busy", "yes"]);
  });
});

describe("anyone's question that got no yes", () => {
  test("is followed by 30 s without another, however it ended; hosts are shown", async () => {
    const ways: Readonly<Record<string, (desk: ReturnType<typeof createDesk>) => Promise<void>>> = {
      declined: ({ press }) => press("no"),
      consent_timeout: ({ pass }) => pass(DEVICE_LIMITS.consentMs),
      cancelled: async () => undefined,
      busy: async ({ ask, pass, press }) => {
        ask("host", HOST);
        await pass(DEVICE_LIMITS.dwellMs);
        await press("yes");
      },
    };
    for (const [end, way] of Object.entries(ways)) {
      const desk = createDesk();
      const first = desk.ask("first", ANYONE);
      await way(desk);
      if (end === "cancelled") first.wish.cancel("cancelled");
      await desk.pass(0);
      expect(first.end).toBe(end);
      const soon = desk.ask("soon", ANYONE);
      await desk.pass(DEVICE_LIMITS.publicPauseMs - DEVICE_LIMITS.dwellMs - 1);
      const later = desk.ask("later", ANYONE);
      const host = desk.ask("host", HOST);
      await desk.press("yes");
      expect([soon.end, later.end, host.end]).toEqual(["busy", "busy", "yes"]);
      await desk.pass(DEVICE_LIMITS.dwellMs + 1);
      const last = desk.ask("last", ANYONE);
      await desk.press("yes");
      expect(last.end).toBe("yes");
    }
  });

  test("a yes is followed by no pause but that of a double press", async () => {
    const { ask, pass, press } = createDesk();
    for (let i = 0; i < 3; i += 1) {
      const question = ask(`${i}`, ANYONE);
      await pass(DEVICE_LIMITS.doublePressMs);
      await press("yes");
      expect(question.end).toBe("yes");
    }
  });
});
