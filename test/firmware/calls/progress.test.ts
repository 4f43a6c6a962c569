/** Progress: at the start, at each phase, every 250 ms; counted, throttled, never after the end. */
import { describe, expect, test } from "bun:test";
import type { Context } from "../../../firmware/dispatch.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { ok } from "../../../protocol/errors.ts";
import { claimOf, createCallBench, settle, type TestSession } from "./call-bench.ts";
import { receiving } from "./receiving.ts";

const PSBT = new Uint8Array(9);
const SIGNED = { walletId: new Uint8Array(32), signatures: new Uint8Array(0) };

const stagesOf = (session: TestSession, id: number) =>
  session
    .of(id)
    .flatMap((one) => (one.kind === "progress" ? [`${one.phase} ${one.done}/${one.total}`] : []));

/** A bench whose signing hands its context out and waits. */
const createOpen = () => {
  const end = Promise.withResolvers<void>();
  const seen: Context[] = [];
  const signPsbt = receiving(async (context) => {
    seen.push(context);
    await end.promise;
    return ok(SIGNED);
  });
  const progress: Context["progress"] = (...args) => {
    for (const context of seen) context.progress(...args);
  };
  return { ...createCallBench({ handlers: { signPsbt } }), end: end.resolve, progress };
};

describe("progress", () => {
  test("comes at the start, then every 250 ms, until the end", async () => {
    const bench = createOpen();
    const session = bench.session();
    const id = session.sign(PSBT);
    expect(stagesOf(session, id)).toEqual(["receiving 0/9", "working 0/0"]);
    await bench.pass(249);
    expect(stagesOf(session, id)).toHaveLength(2);
    await bench.pass(1);
    expect(stagesOf(session, id)).toHaveLength(3);
    await bench.pass(10_000);
    expect(stagesOf(session, id)).toHaveLength(43);
    bench.end();
    await bench.pass(10_000);
    expect(stagesOf(session, id)).toHaveLength(43);
    expect(session.of(id).at(-1)?.kind).toBe("result");
    expect(bench.clock.waiting()).toBe(0);
  });

  test("told a thousand times in a moment is one message for each phase", async () => {
    const bench = createOpen();
    const session = bench.session();
    const id = session.sign(PSBT);
    for (let done = 0; done < 1000; done += 1) bench.progress("reviewing", done, 1000);
    bench.progress("signing", 0, 3);
    for (let done = 0; done < 1000; done += 1) bench.progress("signing", done, 1000);
    expect(stagesOf(session, id)).toEqual([
      "receiving 0/9",
      "working 0/0",
      "reviewing 0/1000",
      "signing 0/3",
    ]);
    await bench.pass(DEVICE_LIMITS.progressMs);
    expect(stagesOf(session, id).at(-1)).toBe("signing 999/1000");
    bench.end();
    await settle();
  });

  test("goes on while a person is asked", async () => {
    const bench = createCallBench({
      handlers: {
        signPsbt: receiving(async ({ ask }) => {
          const consent = await ask({ kind: "message", lines: ["?"] });
          return consent.ok ? ok(SIGNED) : consent;
        }),
      },
    });
    const session = bench.session();
    const id = session.sign(PSBT);
    await bench.pass(1000);
    expect(stagesOf(session, id)).toEqual([
      "receiving 0/9",
      "working 0/0",
      ...Array.from({ length: 5 }, () => "asking 0/0"),
    ]);
    bench.press("yes");
    await settle();
    expect(session.finals(id)).toEqual(["result"]);
  });

  test("waits once in a line that takes nothing, and then says what is true", async () => {
    const bench = createOpen();
    const session = bench.session();
    session.hold();
    const id = session.sign(PSBT);
    await bench.pass(60_000);
    bench.progress("signing", 5, 9);
    expect(session.queued()).toBe(2); // its credit, and one progress
    session.letGo();
    expect(stagesOf(session, id)).toEqual(["signing 5/9"]);
    session.hold();
    await bench.pass(DEVICE_LIMITS.progressMs);
    bench.end();
    await settle();
    session.letGo();
    expect(session.of(id).map(({ kind }) => kind)).toEqual(["credit", "progress", "result"]);
  });

  test("tells a body's arrival", async () => {
    const bench = createOpen();
    const session = bench.session();
    const body = new Uint8Array(5000);
    const id = session.announceUpload(claimOf(body));
    expect(session.of(id).map(({ kind }) => kind)).toEqual(["credit", "progress"]);
    session.chunk(id, 0, body.subarray(0, 100));
    await bench.pass(DEVICE_LIMITS.progressMs);
    expect(stagesOf(session, id)).toEqual(["receiving 0/5000", "receiving 100/5000"]);
  });

  test("tells who joins where the call is", async () => {
    const bench = createOpen();
    const session = bench.session();
    session.sign(PSBT, { key: 1 });
    bench.progress("signing", 2, 3);
    const twin = session.sign(PSBT, { key: 1 });
    expect(stagesOf(session, twin)).toEqual(["signing 2/3"]);
    bench.end();
    await settle();
  });
});
