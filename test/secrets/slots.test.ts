/** The portable engine's handle table: what it wipes is zeroed, and it has an end. */
import { describe, expect, test } from "bun:test";
import { SECRET_LIMITS } from "../../hardware/secrets/index.ts";
import { createSlots } from "../../hardware/secrets/portable/slots.ts";

const filled = (): Uint8Array => new Uint8Array(32).fill(7);
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

describe("slots", () => {
  test("wipe zeroes the bytes of its handle and no others", () => {
    const slots = createSlots();
    const [one, other] = [filled(), filled()];
    const handle = slots.keep("seed", one);
    const stays = slots.keep("node", other);
    slots.wipe(handle);
    expect([isZero(one), isZero(other)]).toEqual([true, false]);
    expect(slots.read(stays, stays.kind)).toBe(other);
  });

  test("wipeAll zeroes all of them", () => {
    const slots = createSlots();
    const all = [filled(), filled(), filled()];
    for (const bytes of all) slots.keep("share", bytes);
    slots.wipeAll();
    expect(all.every(isZero)).toBe(true);
  });

  test("a table that is full is our own mistake, and wiping makes room", () => {
    const slots = createSlots();
    const handles = Array.from({ length: SECRET_LIMITS.slots }, () => slots.keep("seed", filled()));
    expect(() => slots.keep("seed", filled())).toThrow("broken invariant");
    for (const handle of handles.slice(0, 1)) slots.wipe(handle);
    expect(slots.keep("seed", filled()).kind).toBe("seed");
  });
});
