/**
 * Values of a shape, from the shape's own CDDL (RFC 8610): so the printed description is held to
 * what the code checks, and the other way round.
 */
import fc from "fast-check";

/** A generator, and the text left behind what it was read from. */
interface Read {
  readonly values: fc.Arbitrary<unknown>;
  readonly rest: string;
}

const textOf = (maximum: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .string({ unit: "binary", maxLength: Math.min(40, Math.floor(maximum / 4)) })
      .filter((value) => !value.startsWith("\u{feff}")),
    fc.constantFrom("", "x".repeat(maximum)),
  );

const bytesOf = (minimum: number, maximum: number): fc.Arbitrary<Uint8Array> => {
  const sizes = fc.uint8Array({ minLength: minimum, maxLength: Math.min(maximum, minimum + 100) });
  return fc.oneof(sizes, fc.constant(new Uint8Array(Math.min(maximum, 5000)).fill(0xa5)));
};

/** Each pattern of a simple shape, and the values it stands for. */
const SIMPLE: readonly {
  readonly pattern: RegExp;
  readonly values: (...parts: readonly string[]) => fc.Arbitrary<unknown>;
}[] = [
  {
    pattern: /^\(0\.\.(\d+) \/ tstr \.size \(0\.\.(\d+)\)\)/,
    values: (most = "", size = "") =>
      fc.oneof(fc.nat(Number(most) % 2 ** 31), textOf(Number(size))),
  },
  {
    pattern: /^0\.\.(\d+)/,
    values: (most = "") =>
      fc.oneof(
        fc.maxSafeNat().map((n) => n % (Number(most) + 1)),
        fc.constant(Number(most)),
      ),
  },
  { pattern: /^(\d+)/, values: (number = "") => fc.constant(Number(number)) },
  {
    pattern: /^any/,
    values: () => fc.constantFrom<unknown>(0, "text", false, [1, 2], new Map([[3, true]])),
  },
  { pattern: /^bool/, values: () => fc.boolean() },
  {
    pattern: /^tstr \.size \(0\.\.(\d+)\)/,
    values: (most = "") => textOf(Number(most)),
  },
  {
    pattern: /^bstr \.size \((\d+)\.\.(\d+)\)/,
    values: (least = "", most = "") => bytesOf(Number(least), Number(most)),
  },
  {
    pattern: /^bstr \.size (\d+)/,
    values: (size = "") => bytesOf(Number(size), Number(size)),
  },
  {
    pattern: /^("[^"]*"(?: \/ "[^"]*")*)/,
    values: (choices = "") =>
      fc.constantFrom(...choices.split(" / ").map((one) => one.slice(1, -1))),
  },
];

const expectText = (cddl: string, text: string): string => {
  if (!cddl.startsWith(text)) throw new Error(`no ${text} in ${cddl.slice(0, 60)}`);
  return cddl.slice(text.length);
};

const readList = (cddl: string): Read => {
  const [head = "", most = ""] = /^\[0\*(\d+) /.exec(cddl) ?? [];
  if (head === "") throw new Error(`no list: ${cddl.slice(0, 60)}`);
  const { values, rest } = readShape(cddl.slice(head.length));
  const items = fc.array(values, { maxLength: Math.min(4, Number(most)) });
  const full = values.map((one) => Array<unknown>(Math.min(Number(most), 20)).fill(one));
  return { values: fc.oneof({ weight: 4, arbitrary: items }, full), rest: expectText(rest, "]") };
};

const readMap = (cddl: string): Read => {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  let rest = cddl.slice(1).trimStart();
  while (!rest.startsWith("}")) {
    const [head = "", mark] = /^(\? )?\d+: /.exec(rest) ?? [];
    const shape = readShape(rest.slice(head.length));
    const [tail = "", name = ""] = /^ ; (\w+)\n\s*/.exec(shape.rest) ?? [];
    if (head === "" || name === "") throw new Error(`no member: ${rest.slice(0, 60)}`);
    members[name] = shape.values;
    if (mark === undefined) required.push(name);
    rest = shape.rest.slice(tail.length);
  }
  const values = fc.record(members, { requiredKeys: required, noNullPrototype: true });
  return { values, rest: rest.slice(1) };
};

const readShape = (cddl: string): Read => {
  if (cddl.startsWith("[")) return readList(cddl);
  if (cddl.startsWith("{")) return readMap(cddl);
  for (const { pattern, values } of SIMPLE) {
    const match = pattern.exec(cddl);
    if (match !== null) {
      return { values: values(...match.slice(1)), rest: cddl.slice(match[0].length) };
    }
  }
  throw new Error(`no shape: ${cddl.slice(0, 60)}`);
};

/** Values that a printed shape allows. */
export const valuesOf = (cddl: string): fc.Arbitrary<unknown> => {
  const { values, rest } = readShape(cddl);
  if (rest.startsWith(" / ")) return fc.oneof(values, valuesOf(rest.slice(3)));
  if (rest !== "") throw new Error(`left over: ${rest.slice(0, 60)}`);
  return values;
};
