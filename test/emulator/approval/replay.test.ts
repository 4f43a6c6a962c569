/** A person's session at the buttons, and the same again. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createVirtualClock,
  type Emulator,
  type Recording,
  recordingOf,
  replayPerson,
} from "../../../hardware/emulator/index.ts";
import { readApprove } from "../../../hardware/emulator/kit/approval/index.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";
import { register, signerWith, spend, thrownBy, wordOf } from "./spending.ts";

/** A person who thinks for 700 ms, agrees, thinks for 300 and refuses, and then has left. */
const session = async (): Promise<Recording> => {
  const clock = createVirtualClock();
  await using signer = await signerWith("ask", { clock });
  const registered = register(signer);
  await signer.shows({ kind: "message" });
  clock.after(700, () => signer.press("yes"));
  expect(wordOf(await registered)).toBe("ok");
  const refused = spend(signer, 1000);
  await signer.shows({ kind: "transaction" });
  clock.after(300, () => signer.press("no"));
  expect(wordOf(await refused)).toBe("declined");
  expect(wordOf(await spend(signer, 2000))).toBe("consent_timeout");
  return signer.approval.recording();
};

const asWritten = (recording: Recording): unknown => JSON.parse(JSON.stringify(recording));

const threeCalls = async (signer: Emulator, last = 2000): Promise<readonly string[]> => [
  wordOf(await register(signer)),
  wordOf(await spend(signer, 1000)),
  wordOf(await spend(signer, last)),
];

describe("a recording", () => {
  test("tells screens, presses and times, and is the same as JSON", async () => {
    const recording = await session();
    expect(recording).toMatchObject([
      { screen: { kind: "message" }, press: "yes", atMs: 700 },
      { screen: { kind: "transaction" }, press: "no", atMs: 300 },
      { screen: { kind: "transaction" }, press: "wait", atMs: 120_000 },
    ]);
    expect(asWritten(recording)).toEqual([...recording]);
  });

  test("a question that is open has had no press so far", async () => {
    const signer = await signerWith("ask");
    const asked = register(signer);
    await signer.shows({ kind: "message" });
    expect(signer.approval.recording()).toMatchObject([{ press: "wait" }]);
    signer.press("yes");
    expect(signer.approval.recording()).toMatchObject([{ press: "yes" }]);
    await asked;
  });
});

describe("a replay", () => {
  test("presses the same at the same screens and times, as a value or a file", async () => {
    const recording = await session();
    const read = unwrap(readApprove(asWritten(recording)));
    for (const approve of [replayPerson(recording), read]) {
      await using signer = await signerWith(approve);
      expect(await threeCalls(signer)).toEqual(["ok", "declined", "consent_timeout"]);
      expect(signer.approval.recording()).toEqual(recording);
      expect(signer.approval.difference()).toBeUndefined();
    }
  });

  test("stops at the first screen that differs, and shows both", async () => {
    const signer = await signerWith(replayPerson(await session()));
    await register(signer);
    expect(wordOf(await spend(signer, 1001))).toBe("consent_timeout");
    expect(wordOf(await spend(signer, 1000))).toBe("consent_timeout"); // the recorded one, too late
    const difference = signer.approval.difference() ?? "";
    expect(difference).toContain("question 2 of the recording's 3 differs");
    const rows = difference.split("\n").filter((row) => row.startsWith("!"));
    const cellsOf = (row: string) => row.split("|").map((cell) => cell.replace("!", "").trim());
    expect(rows.map(cellsOf)).toEqual([
      ["Leaving 0.00011000 BTC", "Leaving 0.00011001 BTC"],
      ["0.00001000 BTC", "0.00001001 BTC"],
    ]);
    expect(signer.approval.unmatched()).toHaveLength(2);
    expect(signer.approval.unused()).toHaveLength(2);
    const says = await thrownBy(() => signer[Symbol.asyncDispose]());
    expect(says).toContain(difference);
  });

  test("a question after its end differs from nothing; what did not come is named", async () => {
    const [first] = await session();
    const recording = first === undefined ? [] : [first];
    const long = await signerWith(replayPerson(recording), { strict: false });
    await register(long);
    expect(wordOf(await spend(long, 1000))).toBe("consent_timeout");
    expect(long.approval.difference()).toContain("! (nothing more)");
    const short = await signerWith(replayPerson(recording));
    expect(await thrownBy(() => short[Symbol.asyncDispose]())).toContain(
      "never matched: question 1 (message: Register this wallet? | Wallet: Hot wallet",
    );
  });
});

const line = (fields: Readonly<Record<string, unknown>>): string => JSON.stringify(fields);
const screen = (name: string, kind: string, ...lines: readonly string[]): string =>
  line({ event: "screen", name, kind, lines });

describe("a log of mayfly emulate --approve ask", () => {
  const log = [
    line({ event: "listening", name: "A", phase: "ready" }),
    screen("A", "status", "A", "ready"),
    line({ name: "A", press: "yes" }), // nobody had asked
    screen("A", "pairing-code", "one", "two"),
    screen("B", "message", "not ours"),
    screen("A", "message", "first"),
    "no JSON",
    line({ name: "B", press: "no" }),
    line({ name: "A", press: "maybe" }),
    line({ name: "A", press: "yes" }),
    line({ name: "A", press: "no" }), // the second half of a double press
    screen("A", "status", "A", "ready"),
    screen("A", "transaction", "second"),
    screen("A", "status", "A", "ready"),
    screen("A", "address", "third"),
  ];
  const question = (kind: "message" | "transaction" | "address", text: string) =>
    ({ kind, lines: [text] }) as const;

  test("presses that were typed answer what was shown last", () => {
    expect(recordingOf(log)).toEqual([
      { screen: question("message", "first"), press: "yes", atMs: 0 },
      { screen: question("transaction", "second"), press: "wait", atMs: 0 },
      { screen: question("address", "third"), press: "wait", atMs: 0 },
    ]);
    expect(recordingOf(log, "B")).toMatchObject([{ press: "no" }]);
    expect(recordingOf(log, "C")).toEqual([]);
  });

  test("what the emulator says itself counts before what was typed", () => {
    const said = line({ event: "pressed", name: "A", press: "no", atMs: 250 });
    const told = [...log.slice(0, 6), line({ name: "A", press: "yes" }), said];
    expect(recordingOf(told)).toEqual([
      { screen: question("message", "first"), press: "no", atMs: 250 },
    ]);
  });

  test("no line makes it throw", () => {
    const lines = fc.array(fc.oneof(fc.string(), fc.json(), fc.constantFrom(...log)));
    fc.assert(fc.property(lines, (all) => expect(Array.isArray(recordingOf(all))).toBe(true)));
  });
});
