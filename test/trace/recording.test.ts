/** Recordings: what is written is read, what is none is named by its line, and all is bounded. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createRecording,
  createReplay,
  createTracer,
  itemText,
  readRecording,
} from "../../host/trace/index.ts";
import { unwrap } from "../driver/lines.ts";
import { cleanUp, temporaryFolder } from "../link/sockets.ts";

afterAll(cleanUp);

const ENTRIES = [
  { kind: "bytes", atMs: 0, direction: "out", bytes: Uint8Array.of(0, 1, 255) },
  { kind: "bytes", atMs: 1.5, direction: "in", bytes: new Uint8Array(0) },
  { kind: "call", atMs: 2, name: "getStatus", id: 1, ms: 0.5, outcome: "ok" },
] as const;

test("what is written is read, and only its owner may read it", () => {
  const file = join(temporaryFolder(), "r");
  const recording = unwrap(createRecording(file));
  for (const entry of ENTRIES) expect(recording.add(entry)).toBe(true);
  recording.close();
  expect((lstatSync(file).mode & 0o777).toString(8)).toBe("600");
  const text = readFileSync(file, "utf8");
  expect(text).toBe(
    [
      '{"atMs":0,"direction":"out","bytes":"0001ff"}',
      '{"atMs":1.5,"direction":"in","bytes":""}',
      '{"atMs":2,"name":"getStatus","id":1,"ms":0.5,"outcome":"ok"}',
      "",
    ].join("\n"),
  );
  expect([...readRecording(text)].map(unwrap)).toEqual([...ENTRIES]);
});

test("a recording stops at its limit, with whole lines", () => {
  const file = join(temporaryFolder(), "r");
  const recording = unwrap(createRecording(file, 200));
  let full = 0;
  let now = 0;
  const tracer = createTracer({
    show: () => undefined,
    nowMs: () => {
      now += 1;
      return now;
    },
    recording,
    onFull: () => {
      full += 1;
    },
  });
  for (let i = 0; i < 50; i += 1) tracer.observe("in", new Uint8Array(10));
  expect(full).toBe(1);
  const text = readFileSync(file, "utf8");
  expect(text.length).toBeLessThanOrEqual(200);
  expect([...readRecording(text)].every(({ ok }) => ok)).toBe(true);
});

test("an empty recording has no lines", () => {
  expect([...readRecording("")]).toEqual([]);
  expect([...readRecording("\n")]).toHaveLength(1);
});

test("a recording never goes over another file", () => {
  const file = join(temporaryFolder(), "r");
  unwrap(createRecording(file)).close();
  expect(createRecording(file)).toMatchObject({ error: "file_exists", details: { file } });
  const lost = join(file, "below");
  expect(createRecording(lost)).toMatchObject({ error: "file_unreadable" });
  expect(existsSync(lost)).toBe(false);
});

const GOOD = '{"atMs":5,"direction":"in","bytes":"00"}';

test.each([
  "",
  "{",
  "null",
  "[]",
  '{"atMs":5,"direction":"up","bytes":"00"}',
  '{"atMs":5,"direction":"in","bytes":"0"}',
  '{"atMs":5,"direction":"in","bytes":"0G"}',
  '{"atMs":-1,"direction":"in","bytes":"00"}',
  '{"atMs":"5","direction":"in","bytes":"00"}',
  '{"atMs":4,"direction":"in","bytes":"00"}',
  '{"atMs":6,"direction":"in","bytes":"00","more":1}',
  '{"atMs":6,"name":"getStatus","id":1.5,"ms":1,"outcome":"ok"}',
  '{"atMs":6,"name":"\\u001b[2J","id":1,"ms":1,"outcome":"ok"}',
  '{"atMs":6,"name":"getStatus","id":1,"ms":1}',
])("line 2 is none: %p", (line) => {
  const read = [...readRecording(`${GOOD}\n${line}\n${GOOD}\n`)];
  expect(read).toHaveLength(2);
  expect(read[1]).toMatchObject({ ok: false, error: "file_malformed", details: { line: 2 } });
});

test("live and replayed, a trace is the same to the letter", () => {
  const file = join(temporaryFolder(), "r");
  const live: string[] = [];
  const recording = unwrap(createRecording(file));
  let now = 100;
  const tracer = createTracer({
    show: (item) => live.push(itemText(item)),
    nowMs: () => {
      now += 33.33333;
      return now;
    },
    recording,
  });
  for (let i = 0; i < 40; i += 1) {
    tracer.observe(i % 2 ? "in" : "out", crypto.getRandomValues(new Uint8Array(600)));
    if (i % 10 === 9) tracer.called({ name: "getStatus", id: i, ms: 12.3456, outcome: "timeout" });
  }
  recording.close();
  const again: string[] = [];
  const replay = createReplay((item) => again.push(itemText(item)));
  for (const entry of readRecording(readFileSync(file, "utf8"))) replay(unwrap(entry));
  expect(again).toEqual(live);
  expect(live.length).toBeGreaterThan(10);
});
