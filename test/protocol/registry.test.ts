/** The registry: every command's codes, errors, phases and shapes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import { COMMON_ERRORS } from "../../protocol/commands/command.ts";
import { encodeMessage, decodeMessage } from "../../protocol/call/envelope.ts";
import { isErrorName } from "../../protocol/errors.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { PHASES, TRANSITIONS } from "../../protocol/phase.ts";
import {
  COMMAND_NAMES,
  commandOfCode,
  isCommandName,
  REGISTRY,
} from "../../protocol/commands/registry.ts";
import { QUOTE, SHARE_CONTEXT } from "../../protocol/share.ts";
import type { Schema } from "../../protocol/cbor/schema.ts";
import { valuesOf } from "./cddl-values.ts";
import { seeded } from "./random.ts";

const shapes: readonly (readonly [string, Schema<unknown>])[] = [
  ...COMMAND_NAMES.flatMap((name) => [
    [`${name} params`, REGISTRY[name].params] as const,
    [`${name} result`, REGISTRY[name].result] as const,
  ]),
  ["HELLO", HELLO],
  ["QUOTE", QUOTE],
  ["SHARE_CONTEXT", SHARE_CONTEXT],
];

describe("the registry", () => {
  test("gives each command a code of its own", () => {
    expect(
      Object.fromEntries(COMMAND_NAMES.map((name) => [name, REGISTRY[name].code])),
    ).toMatchObject({
      getStatus: 0x01,
      generateSeed: 0x10,
      getQuote: 0x11,
      submitShares: 0x12,
      seal: 0x13,
      registerWallet: 0x20,
      getXpub: 0x21,
      getAddress: 0x22,
      signPsbt: 0x30,
    });
    expect(new Set(COMMAND_NAMES.map((name) => REGISTRY[name].code)).size).toBe(
      COMMAND_NAMES.length,
    );
    for (const name of COMMAND_NAMES) expect(commandOfCode(REGISTRY[name].code)).toBe(name);
    expect(commandOfCode(0)).toBeUndefined();
  });

  test("knows no command by a name that every object has", () => {
    for (const name of ["constructor", "toString", "__proto__", "getstatus"]) {
      expect(isCommandName(name)).toBe(false);
    }
  });

  test.each([...COMMAND_NAMES])(
    "%s: known errors and phases, once each, and a sentence",
    (name) => {
      const { errors, phases, doc, commandLine, since } = REGISTRY[name];
      expect(errors.filter((error) => !isErrorName(error))).toEqual([]);
      const all: readonly string[] = [...errors, ...COMMON_ERRORS];
      expect(new Set(all).size).toBe(all.length);
      expect(phases.length).toBeGreaterThan(0);
      expect(phases.filter((phase) => !PHASES.includes(phase))).toEqual([]);
      expect(new Set(phases).size).toBe(phases.length);
      expect(doc).toMatch(/^[A-Z].*\.$/);
      expect(commandLine).toMatch(/^[a-z]+( [a-z]+)?$/);
      expect(since).toBe(1);
    },
  );

  test("signs in no phase but ready, and wakes in none that is over", () => {
    expect(REGISTRY.signPsbt.phases).toEqual(["ready"]);
    for (const name of COMMAND_NAMES.filter((one) => one !== "getStatus")) {
      const late = REGISTRY[name].phases.filter((phase) => TRANSITIONS[phase].length === 0);
      expect({ name, late }).toEqual({ name, late: [] });
    }
  });

  test.each([...COMMAND_NAMES])("%s has the shapes it had", (name) => {
    expect(REGISTRY[name].params.cddl).toMatchSnapshot("params");
    expect(REGISTRY[name].result.cddl).toMatchSnapshot("result");
  });

  test("HELLO has the shape it had", () => {
    expect(HELLO.cddl).toMatchSnapshot();
  });
});

describe("shapes: what the CDDL allows is checked, written and read again", () => {
  for (const [name, schema] of shapes) {
    test(name, () => {
      fc.assert(
        fc.property(valuesOf(schema.cddl), (value) => {
          expect(schema.check(value)).toBe(true);
          const bytes = encodeCbor(schema.toWire(value));
          expect(decodeAs(schema, bytes)).toEqual(value);
        }),
        seeded(60),
      );
    });
  }
});

describe("shapes: what is read, was checked", () => {
  for (const [name, schema] of shapes) {
    test(`${name} takes no other's values unless they fit`, () => {
      const others = fc.oneof(...shapes.map(([, other]) => valuesOf(other.cddl)));
      const wires = fc
        .tuple(others, fc.constantFrom(...shapes))
        .map(([value, [, other]]) =>
          encodeCbor(other.check(value) ? other.toWire(value) : new Map([[0, 0]])),
        );
      fc.assert(
        fc.property(wires, (bytes) => {
          const read = decodeAs(schema, bytes);
          if (read === undefined) return;
          expect(schema.check(read)).toBe(true);
          expect(encodeCbor(schema.toWire(read))).toEqual(bytes);
        }),
        seeded(60),
      );
    });
  }
});

test("the largest reply of all, 2,000 signatures, is one message in one record", () => {
  const signature = { input: 0xffff, key: 15, signature: new Uint8Array(73) };
  const result = {
    walletId: new Uint8Array(32),
    signatures: Array.from({ length: LIMITS.signatures }, () => signature),
  };
  expect(REGISTRY.signPsbt.result.check(result)).toBe(true);
  const wire = REGISTRY.signPsbt.result.toWire(result);
  const record = encodeMessage({ kind: "result", id: 0xffff_ffff, result: wire });
  expect(record.length).toBeLessThanOrEqual(LIMITS.record);
  expect(decodeMessage(record)).toMatchObject({ ok: true, value: { kind: "result" } });
});
