import { expect, test } from "bun:test";
import { array, dictionary, oneof, property, integer, string } from "fast-check";
import { findRepeatedKey } from "../../host/control/json-keys.ts";
import { assertSeeded } from "./seeded-property.ts";

test.each([
  ["{}", undefined],
  ['{"a":1}', undefined],
  ['{"a":1,"b":"a"}', undefined],
  ['{"a":"\\"a\\":1"}', undefined],
  ['{"a\\\\":1,"a":"\\\\"}', undefined],
  ['{"a":1,"A":1}', undefined],
  ['{"a":1,"a":1}', "a"],
  ['{ "a" : 1 , "b":2,\t"a"\r\n:3}', "a"],
  ['{"id":1,"\\u0069d":1}', "id"],
  ['{"\\u0069\\u0064":1,"i\\u0064":1}', "id"],
  ['{"/":1,"\\/":1}', "/"],
  ['{"\\"":1,"\\u0022":1}', '"'],
  ['{"":1,"":1}', ""],
  ['{"__proto__":1,"__proto__":1}', "__proto__"],
])("RFC 8259: in %s the repeated key is %p", (json, key) => {
  expect(findRepeatedKey(json)).toBe(key);
});

const anyText = string({ unit: "binary" });
const members = dictionary(anyText, oneof(anyText, integer()));

test("RFC 8259: what JSON.stringify writes has every key once", () => {
  assertSeeded(
    property(members, (object) => {
      expect(findRepeatedKey(JSON.stringify(object))).toBeUndefined();
    }),
    300,
  );
});

const escapedUnit = (key: string, at: number): string =>
  `\\u${key.charCodeAt(at).toString(16).padStart(4, "0")}`;

const escaped = (key: string): string =>
  `"${Array.from({ length: key.length }, (_, at) => escapedUnit(key, at)).join("")}"`;

test("RFC 8259: a key written again in escapes is found among any others", () => {
  assertSeeded(
    property(members, anyText, array(integer()), (object, key, values) => {
      const once = JSON.stringify({ ...object, [key]: values.length });
      const twice = `${once.slice(0, -1)},${escaped(key)}:0}`;
      expect(findRepeatedKey(twice)).toBe(key);
    }),
    300,
  );
});
