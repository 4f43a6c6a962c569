/** Schemas: what fits, what does not, and that nothing a prototype brings counts as a member. */
import { describe, expect, expectTypeOf, test } from "bun:test";
import { decodeAs, encodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import {
  bool,
  bytes,
  choice,
  field,
  type Infer,
  list,
  map,
  optional,
  readWire,
  text,
  textOrUint,
  uint,
} from "../../protocol/cbor/schema.ts";

const PERSON = map({
  name: field(0, text(8)),
  age: optional(1, uint(150)),
  keys: field(2, list(bytes(2), 2)),
  role: field(23, choice("vault", "auditor")),
});
const ada = { name: "Ada", keys: [Uint8Array.of(1, 2)], role: "vault" } as const;

describe("a map", () => {
  test("travels with integer keys in rising order, whatever the order of its members", () => {
    const { name, keys, role } = ada;
    const encoded = "a30063416461028142010217657661756c74";
    expect(encodeAs(PERSON, ada).toHex()).toBe(encoded);
    expect(encodeAs(PERSON, { role, keys, name }).toHex()).toBe(encoded);
    expect(decodeAs(PERSON, Uint8Array.fromHex(encoded))).toEqual(ada);
  });

  test("may lack what is optional and nothing else", () => {
    expect(PERSON.check({ ...ada, age: 36 })).toBe(true);
    expect(decodeAs(PERSON, encodeAs(PERSON, { ...ada, age: 36 }))).toEqual({ ...ada, age: 36 });
    for (const missing of ["name", "keys", "role"]) {
      const rest = Object.fromEntries(Object.entries(ada).filter(([name]) => name !== missing));
      expect(PERSON.check(rest)).toBe(false);
    }
    expect(PERSON.check({ ...ada, age: undefined })).toBe(false);
  });

  test("refuses unknown members and unknown keys", () => {
    expect(PERSON.check({ ...ada, more: 1 })).toBe(false);
    const wire = new Map<number, unknown>([
      [0, "Ada"],
      [2, []],
      [3, 0],
      [23, "vault"],
    ]);
    expect(decodeAs(PERSON, encodeCbor(wire))).toBeUndefined();
    wire.delete(3);
    expect(decodeAs(PERSON, encodeCbor(wire))).toEqual({ ...ada, keys: [] });
  });

  test("open to members of a later version ignores their keys, and writes none of them", () => {
    const open = map({ name: field(0, text(8)), age: optional(1, uint(150)) }, "open");
    const wire = new Map<number, unknown>([
      [0, "Ada"],
      [2, []],
      [23, "later"],
    ]);
    const read = decodeAs(open, encodeCbor(wire));
    expect(read).toEqual({ name: "Ada" });
    expect(encodeAs(open, { name: "Ada" }).toHex()).toBe("a10063416461");
    expect(open.check({ name: "Ada", more: 1 })).toBe(false);
    expect(decodeAs(open, encodeCbor(wire.set(1, 151)))).toBeUndefined();
    expect(decodeAs(open, encodeCbor(new Map([[2, 0]])))).toBeUndefined();
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "Ada"],
    ["a list", []],
    ["bytes", Uint8Array.of()],
    ["a Map", new Map()],
  ])("is not %s", (_, value) => {
    expect(map({}).check(value)).toBe(false);
    expect(map({}).toWire(value)).toBeUndefined();
  });

  test("is not read from a wire value of another kind", () => {
    for (const wire of [0, "a", [], {}, Uint8Array.of(), true, undefined, null]) {
      expect(readWire(map({}), wire)).toBeUndefined();
    }
  });

  test("declared with the same key twice, or one beyond 23, is our own mistake", () => {
    expect(() => map({ a: field(1, bool()), b: field(1, bool()) })).toThrow("broken invariant");
    for (const key of [24, -1, 0.5, Number.NaN]) {
      expect(() => map({ a: field(key, bool()) })).toThrow("broken invariant");
    }
  });
});

describe("prototypes", () => {
  const TRICK = map({
    constructor: optional(0, text(8)),
    toString: optional(1, text(8)),
    ["__proto__"]: optional(2, text(8)),
  });

  test("bring no members: what is inherited is not there", () => {
    expect(encodeCbor(TRICK.toWire({})).toHex()).toBe("a0");
    expect(PERSON.check(Object.create(ada))).toBe(false);
    expect(map({ toString: field(0, text(8)) }).check({})).toBe(false);
    expect(map({}).check(JSON.parse('{"__proto__": 1}'))).toBe(false);
    expect(PERSON.check({ ...ada, constructor: 1 })).toBe(false);
  });

  test("are not touched by members of their names", () => {
    const wire = new Map([
      [0, "a"],
      [1, "b"],
      [2, "c"],
    ]);
    const read = decodeAs(TRICK, encodeCbor(wire));
    expect(read === undefined ? [] : Object.entries(read)).toEqual([
      ["constructor", "a"],
      ["toString", "b"],
      ["__proto__", "c"],
    ]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  test("do not make a choice", () => {
    for (const name of ["constructor", "length", "0", "__proto__"]) {
      expect(choice("vault").check(name)).toBe(false);
    }
  });
});

describe("limits of", () => {
  test("unsigned integers", () => {
    for (const good of [0, 1, 150]) expect(uint(150).check(good)).toBe(true);
    expect(uint().check(Number.MAX_SAFE_INTEGER)).toBe(true);
    for (const bad of [-1, 151, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, "1", true]) {
      expect(uint(150).check(bad)).toBe(false);
    }
    expect(uint().check(2 ** 53)).toBe(false);
  });

  test("texts, in bytes of UTF-8", () => {
    for (const good of ["", "12345678", "\u{e9}\u{e9}\u{e9}\u{e9}", "\u{1f600}\u{1f600}"]) {
      expect(text(8).check(good)).toBe(true);
    }
    for (const bad of ["123456789", "\u{e9}\u{e9}\u{e9}\u{e9}.", "\u{1f600}\u{1f600}.", 1, []]) {
      expect(text(8).check(bad)).toBe(false);
    }
  });

  test("texts: none that would not come back as it went", () => {
    for (const bad of ["\ud800", "a\udc00b", "\u{feff}", "\u{feff}abc"]) {
      expect(text(99).check(bad)).toBe(false);
    }
    expect(text(99).check("a\u{feff}")).toBe(true);
  });

  test("byte strings", () => {
    expect([1, 2, 3, 4].map((length) => bytes(2, 3).check(new Uint8Array(length)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    for (const bad of ["ab", [1, 2], new ArrayBuffer(2), new Uint16Array(2)]) {
      expect(bytes(2).check(bad)).toBe(false);
    }
  });

  test("lists: length, each item, and no holes", () => {
    const two = list(uint(9), 2);
    expect([[], [1], [1, 2]].every((good) => two.check(good))).toBe(true);
    const holes: number[] = [];
    holes.length = 1;
    for (const bad of [[1, 2, 3], [10], [undefined], holes, { length: 0 }, "12"]) {
      expect(two.check(bad)).toBe(false);
    }
    expect(readWire(two, [1, 2, 3])).toBeUndefined();
  });

  test("text or integer", () => {
    for (const good of [0, 2 ** 53 - 1, "", "abc"]) expect(textOrUint(3).check(good)).toBe(true);
    for (const bad of [-1, 1.5, "abcd", true, []]) expect(textOrUint(3).check(bad)).toBe(false);
  });
});

test("the types say what the schemas say", () => {
  type Person = Infer<typeof PERSON>;
  expectTypeOf<Person["name"]>().toEqualTypeOf<string>();
  expectTypeOf<Person["role"]>().toEqualTypeOf<"vault" | "auditor">();
  expectTypeOf<Person["keys"]>().toEqualTypeOf<readonly Uint8Array[]>();
  expectTypeOf<Required<Person>["age"]>().toEqualTypeOf<number>();
  expectTypeOf<{ name: string; keys: []; role: "vault" }>().toExtend<Person>();
  expectTypeOf<{ name: string; keys: [] }>().not.toExtend<Person>();
  expectTypeOf<Person & { age: undefined }>().not.toEqualTypeOf<Person>();
  expect(PERSON.check(ada)).toBe(true);
});
