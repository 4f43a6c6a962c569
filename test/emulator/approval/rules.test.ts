/** Rules and functions at the buttons: who presses, when, and what is said of the rest. */
import { describe, expect, spyOn, test } from "bun:test";
import {
  type Answer,
  createEmulator,
  createVirtualClock,
  screenFields,
} from "../../../hardware/emulator/index.ts";
import { createHand } from "../../../hardware/emulator/kit/approval/index.ts";
import { STRANGER_ADDRESS } from "../../bitcoin/psbt-fixture.ts";
import { placeOf, HOT } from "../../bitcoin/wallet-fixture.ts";
import { register, signerWith, spend, thrownBy, wordOf } from "./spending.ts";

/** As in firmware/limits.ts: how long a question waits. */
const CONSENT_MS = 120_000;

const wallets = { when: { kind: "message", text: "Register this wallet?" }, press: "yes" } as const;
const paying = (amountSats: number, press: Answer) =>
  ({ when: { line: { amountSats } }, press }) as const;

describe("rules", () => {
  test("the first that fits and is not used up presses", async () => {
    await using signer = await signerWith([
      { ...paying(1000, "yes"), times: 1 },
      { when: { line: { amountSats: 1000 } }, press: "no" },
      { when: {}, press: "yes" },
    ]);
    await register(signer);
    const words = [];
    for (const amountSats of [1000, 1000, 2000, 1000]) {
      words.push(wordOf(await spend(signer, amountSats)));
    }
    expect(words).toEqual(["ok", "declined", "ok", "declined"]);
    expect(signer.approval.unused()).toEqual([]);
    expect(signer.approval.unmatched()).toEqual([]);
  });

  test("fields of one output, and bounds", async () => {
    const own = placeOf(HOT, 1, 8).address;
    await using signer = await signerWith(
      [
        wallets,
        { when: { line: { address: own } }, press: "no", name: "change is not shown" },
        { when: { line: { address: STRANGER_ADDRESS, amountSats: { atMost: 5 } } }, press: "no" },
        { when: { line: { feeSats: { atLeast: 10_001 } } }, press: "no" },
        { when: { line: { outputs: 2 } }, press: "no" },
        { when: { line: { wallet: "Hot" } }, press: "no" },
        { when: { kind: "address" }, press: "no" },
        {
          when: {
            kind: "transaction",
            text: /^Pay 1 of 1$/m,
            line: {
              wallet: /^Hot/,
              address: STRANGER_ADDRESS,
              amountSats: { atLeast: 1000, atMost: 1000 },
              feeSats: 10_000,
              leavingSats: 11_000,
              inputs: 1,
              outputs: 1,
            },
          },
          press: "yes",
        },
      ],
      { strict: false },
    );
    await register(signer);
    expect(wordOf(await spend(signer, 1000))).toBe("ok");
    expect(signer.approval.unused()).toHaveLength(6);
  });

  test("afterMs passes on the emulator's clock, from when the screen is shown", async () => {
    const clock = createVirtualClock();
    const rules = [
      wallets,
      { when: { kind: "transaction" }, press: "yes", afterMs: 5000 } as const,
    ];
    await using signer = await signerWith(rules, { clock });
    await register(signer);
    const before = clock.nowMs();
    expect(wordOf(await spend(signer, 1000))).toBe("ok");
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(5000);
    expect(clock.nowMs() - before).toBeLessThan(6000);
    expect(signer.approval.recording().map(({ atMs }) => atMs)).toEqual([0, 5000]);
  });

  test("a press that is due after the question's end answers neither it nor the next", async () => {
    await using signer = await signerWith([
      wallets,
      { when: { kind: "transaction" }, press: "yes", afterMs: CONSENT_MS + 1, times: 1 },
      { when: { kind: "transaction" }, press: "wait" },
    ]);
    await register(signer);
    expect(wordOf(await spend(signer, 1000))).toBe("consent_timeout");
    expect(wordOf(await spend(signer, 1000))).toBe("consent_timeout");
    expect(signer.approval.recording().map(({ press }) => press)).toEqual(["yes", "wait", "wait"]);
    expect(signer.signatures()).toBe(0);
  });

  test("wait leaves the question to whoever presses", async () => {
    await using signer = await signerWith([
      wallets,
      { when: { kind: "transaction" }, press: "wait" },
    ]);
    await register(signer);
    const asked = spend(signer, 1000);
    await signer.shows({ kind: "transaction" });
    signer.press("no");
    expect(wordOf(await asked)).toBe("declined");
  });
});

describe("what is reported", () => {
  test("a question without a rule waits for its end and is named, never pressed", async () => {
    const signer = await signerWith([wallets, { ...paying(7, "yes"), name: "seven" }]);
    await register(signer);
    expect(wordOf(await spend(signer, 1000))).toBe("consent_timeout");
    expect(signer.signatures()).toBe(0);
    const [question, ...more] = signer.approval.unmatched();
    expect(more).toEqual([]);
    expect(question?.kind === undefined ? {} : screenFields(question)).toMatchObject({
      leavingSats: 11_000,
    });
    expect(signer.approval.unused()).toEqual(['"seven"']);
    const says = await thrownBy(() => signer[Symbol.asyncDispose]());
    expect(says).toContain('never matched: "seven"');
    expect(says).toContain("no rule for: transaction: Spend from | Wallet: Hot wallet");
    expect(says).toContain("MAYFLY_SEED=approval");
    expect(await signer.open()).toMatchObject({ ok: false, error: "port_missing" });
  });

  test("a rule without a name is called by its place and what it looks for", async () => {
    const { approval } = await signerWith([
      { when: { kind: "address", text: /q/, line: { index: { atMost: 3 } } }, press: "no" },
      { when: {}, press: "yes" },
    ]);
    expect(approval.unused()).toEqual([
      'rule 1 (address, text /q/, index {"atMost":3}: no)',
      "rule 2 (any screen: yes)",
    ]);
  });

  test("unless told it is said on standard error, and nothing is thrown", async () => {
    const said = spyOn(process.stderr, "write").mockImplementation(() => true);
    const emulator = await createEmulator({ approve: [wallets], clock: createVirtualClock() });
    await emulator[Symbol.asyncDispose]();
    const lines = said.mock.calls.map(([line]) => String(line));
    said.mockRestore();
    expect(lines.join("")).toContain("never matched");
  });

  test("strict: false throws nothing, and says the same to who asks", async () => {
    const signer = await signerWith([wallets], { strict: false });
    await spend(signer, 1000);
    await signer[Symbol.asyncDispose]();
    expect(signer.approval.unused()).toHaveLength(1);
  });

  test("auto, never and ask have nothing to report", async () => {
    for (const approve of ["auto", "never", "ask"] as const) {
      await using signer = await signerWith(approve);
      const word = wordOf(await register(signer));
      expect(word).toBe({ auto: "ok", never: "declined", ask: "consent_timeout" }[approve]);
      expect([signer.approval.unused(), signer.approval.unmatched()]).toEqual([[], []]);
    }
  });
});

describe("a function", () => {
  test("answers by what it sees; without an answer nobody presses", async () => {
    await using signer = await signerWith(
      (screen) => {
        const { leavingSats } = screenFields(screen);
        if (screen.kind === "message") return "yes";
        return leavingSats === 12_000 ? undefined : "no";
      },
      { strict: false },
    );
    await register(signer);
    expect(wordOf(await spend(signer, 1000))).toBe("declined");
    expect(wordOf(await spend(signer, 2000))).toBe("consent_timeout");
    expect(signer.approval.unmatched()).toHaveLength(1);
  });

  test("what it throws is no press, and is thrown at the end", async () => {
    const signer = await signerWith(() => {
      throw new Error("no idea");
    });
    expect(wordOf(await register(signer))).toBe("consent_timeout");
    expect(await thrownBy(() => signer[Symbol.asyncDispose]())).toContain("no idea");
  });
});

test("a power cut takes the question along: a press answers nothing of that boot", async () => {
  await using signer = await signerWith("ask");
  const asked = register(signer);
  await signer.shows({ kind: "message" });
  signer.powerCut();
  signer.press("yes");
  expect(signer.approval.recording().map(({ press }) => press)).toEqual(["wait"]);
  expect(wordOf(await asked)).not.toBe("ok");
  const shown = [...signer.screens];
  expect(shown.at(-1)).toEqual({ kind: "status", lines: ["A", "ready"] });
  await signer.advance(CONSENT_MS + 1); // the question's end in the boot before
  expect(signer.screens).toEqual(shown);
});

test("an answered question leaves nothing due on the clock", () => {
  const due = new Set<() => void>();
  const after = (_: number, action: () => void) => {
    due.add(action);
    return () => void due.delete(action);
  };
  const rule = { when: { line: { branch: "change" } }, press: "yes", afterMs: 5 } as const;
  const screen = (place: string) =>
    ({ kind: "address", lines: ["Wallet: W", `${place} address 1`, "bcrt1q"] }) as const;
  const asked = [screen("Change"), screen("Receive")];
  const clock = { nowMs: () => 0, after };
  const hand = createHand({ approve: [rule], clock, screen: () => asked.shift() });
  const presses: string[] = [];
  hand.next((press) => presses.push(press));
  expect(due.size).toBe(1);
  hand.press("no");
  expect(due.size).toBe(0);
  hand.press("no");
  hand.next((press) => presses.push(press));
  expect(due.size).toBe(0);
  expect(presses).toEqual(["no"]);
  expect(hand.approval.unmatched()).toEqual([screen("Receive")]);
});

test("rules that could not mean anything are refused at once", async () => {
  for (const wrong of [{ afterMs: -1 }, { afterMs: Number.NaN }, { times: 0 }]) {
    const rule = { when: {}, press: "yes", ...wrong } as const;
    const says = await thrownBy(async () => signerWith([rule]));
    expect(says).toBe("approve: rule 1 (any screen: yes): afterMs from 0, times from 1");
  }
});

test("on this machine's clock rules press as well", async () => {
  const rules = [{ when: {}, press: "yes", afterMs: 1 } as const];
  await using signer = await createEmulator({ seed: new Uint8Array(32).fill(1), approve: rules });
  expect(wordOf(await register(signer))).toBe("ok");
});

test("shows: what is shown now or next, and when time is over, what was there", async () => {
  await using signer = await signerWith([{ when: {}, press: "yes", afterMs: 10 }]);
  expect(await signer.shows({ text: "ready" })).toMatchObject({ kind: "status" });
  const asked = register(signer);
  expect(await signer.shows({ line: { wallet: "Hot wallet" } })).toMatchObject({ kind: "message" });
  await asked;
  const says = await thrownBy(() => signer.shows({ kind: "transaction" }, { withinMs: 50 }));
  expect(says).toContain("not shown within 50 ms: transaction; but\n  status: A | ready");
  expect(says).toContain("MAYFLY_SEED=approval");
});

test("a word that is no way to approve is refused", async () => {
  const why = await thrownBy(() => createEmulator(JSON.parse('{"approve":"yes"}')));
  expect(why).toBe('approve: "yes" is none of auto, never, ask');
});
