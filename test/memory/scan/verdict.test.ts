/** The verdict on made-up stages: what is wrong in each is seen. */
import { expect, test } from "bun:test";
import { createCatalogue } from "../catalogue.ts";
import type { Copy } from "../copies.ts";
import type { NamedSecret } from "../forms.ts";
import type { Stage, StageKind } from "./stages.ts";
import { nativeProblems, portableProblems } from "./verdict.ts";

const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 0xff);
const SUBJECT = { name: "native", engine: "native", plainPages: true } as const;
const [ARENA, HEAP, STACK] = [0x1000, 0x9000, 0x7000];

const copyOf = (secret: Omit<NamedSecret, "bytes">, address: number): Copy => {
  const form = createCatalogue([{ ...secret, bytes }]).forms[0];
  if (form === undefined) throw new Error("a form");
  return { form, address, region: "anonymous", windows: 25, isWhole: true, toldBytes: 32 };
};
const CONTROL = copyOf({ name: "control", kind: "control" }, HEAP);
const master = (address: number): Copy => copyOf({ name: "m key", kind: "key" }, address);
const seed = (address: number): Copy => copyOf({ name: "seed", kind: "seed" }, address);

const stageOf = (kind: StageKind, copies: readonly Copy[], scannedBytes = 2 ** 26): Stage => ({
  subject: SUBJECT,
  stage: "device, after 600 signatures",
  kind,
  kinds: ["key", "seed"],
  search: {
    copies,
    rows: [],
    scannedBytes,
    unreadableBytes: 0,
    unreadable: new Map(),
    vanishedBytes: 0,
  },
  places: {
    arena: [{ from: ARENA, to: ARENA + 0x1000 }],
    lockedHeap: [],
    stack: [{ from: STACK, to: STACK + 0x1000 }],
  },
});

const told = (kind: StageKind, ...copies: readonly Copy[]): string =>
  nativeProblems([stageOf(kind, [CONTROL, ...copies])]).join("; ");

test("one live key in the arena is as it must be", () => {
  expect(told("live", master(ARENA))).toBe("");
  expect(told("wiped")).toBe("");
});

test("a live key anywhere else, or twice, is not", () => {
  expect(told("live", master(HEAP))).toContain("outside of the arena");
  expect(told("live", master(STACK))).toContain("outside of the arena");
  expect(told("live", master(ARENA), master(ARENA + 64))).toContain("twice: m key");
});

test("what is not to live is not, wherever it lies", () => {
  expect(told("live", seed(ARENA))).toContain("is not to live");
  expect(told("live", seed(HEAP))).toContain("is not to live");
});

test("in flight: the stack and the arena may have copies, the heap may not", () => {
  expect(told("in flight", master(STACK), seed(ARENA))).toBe("");
  expect(told("in flight", master(HEAP))).toContain("outside of locked pages and the stack");
});

test("after wiping nothing may have any", () => {
  expect(told("wiped", master(ARENA))).toContain("left: m key");
  expect(told("wiped", seed(STACK))).toContain("left: seed");
});

test("a search that is blind is no proof", () => {
  expect(nativeProblems([stageOf("wiped", [])]).join()).toContain("was not found");
  expect(nativeProblems([stageOf("wiped", [CONTROL], 0)]).join()).toContain("too little");
  expect(portableProblems([stageOf("wiped", [CONTROL])]).join()).toContain("no copy was found");
  expect(portableProblems([stageOf("wiped", [CONTROL, seed(HEAP)])])).toEqual([]);
});
