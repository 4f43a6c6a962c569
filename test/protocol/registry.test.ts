/** The registry: every command's codes, errors, phases and shapes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeAs, encodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import { COMMON_ERRORS } from "../../protocol/commands/command.ts";
import { MESSAGES } from "../../protocol/call/envelope.ts";
import { isErrorName } from "../../protocol/errors.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { PHASES, TRANSITIONS } from "../../protocol/phase.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  commandOfCode,
  isCommandName,
  REGISTRY,
} from "../../protocol/commands/registry.ts";
import { type Caller, mayCall, ROLES } from "../../protocol/session/role.ts";
import { RECORD_BYTES } from "../../protocol/signature-record.ts";
import { QUOTE, SEALED_SHARE, SHARE_CONTEXT } from "../../protocol/share.ts";
import { isSame } from "../../protocol/bytes.ts";
import type { Form } from "../../protocol/cbor/form.ts";
import type { Schema } from "../../protocol/cbor/schema.ts";
import { inOrder } from "../wire/set-order.ts";
import { valuesOf } from "./cddl-values.ts";
import { seeded } from "./random.ts";

const hasSets = (form: Form): boolean => {
  if (form.kind === "list") return form.isSet || hasSets(form.item);
  return form.kind === "map" && form.members.some((member) => hasSets(member.form));
};

const shapes: readonly (readonly [string, Schema<unknown>])[] = [
  ...COMMAND_NAMES.flatMap((name) => [
    [`${name} params`, REGISTRY[name].params] as const,
    [`${name} result`, REGISTRY[name].result] as const,
  ]),
  ["HELLO", HELLO],
  ["QUOTE", QUOTE],
  ["SHARE_CONTEXT", SHARE_CONTEXT],
  ["SEALED_SHARE", SEALED_SHARE],
  ...Object.entries(MESSAGES).map(([kind, schema]) => [`message: ${kind}`, schema] as const),
];

describe("the registry", () => {
  test("gives each command a code of its own", () => {
    expect(
      Object.fromEntries(COMMAND_NAMES.map((name) => [name, REGISTRY[name].code])),
    ).toMatchObject({
      getStatus: 0x01,
      startPairing: 0x02,
      pair: 0x03,
      generateSeed: 0x10,
      getQuote: 0x11,
      submitShares: 0x12,
      seal: 0x13,
      offerManifest: 0x14,
      makeKey: 0x15,
      getTimeNonce: 0x18,
      setTime: 0x19,
      registerWallet: 0x20,
      getXpub: 0x21,
      getAddress: 0x22,
      signPsbt: 0x30,
      signMessage: 0x31,
      proveFunds: 0x32,
      attest: 0x40,
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
    expect(REGISTRY.signMessage.phases).toEqual(["ready"]);
    for (const name of COMMAND_NAMES.filter((one) => one !== "getStatus")) {
      const late = REGISTRY[name].phases.filter((phase) => TRANSITIONS[phase].length === 0);
      expect({ name, late }).toEqual({ name, late: [] });
    }
  });
});

describe("access", () => {
  test("who may call what", () => {
    const callers: readonly Caller[] = [
      { kind: "anyone" },
      { kind: "pairing" },
      ...ROLES.map((role): Caller => ({ kind: "host", key: new Uint8Array(32), role })),
    ];
    const named = (caller: Caller): string => (caller.kind === "host" ? caller.role : caller.kind);
    const mayBeCalled = (name: CommandName): readonly string[] =>
      callers.filter((caller) => mayCall(caller, REGISTRY[name].access)).map(named);
    const all = ["anyone", "pairing", "vault", "operator", "auditor", "control"];
    expect(Object.fromEntries(COMMAND_NAMES.map((name) => [name, mayBeCalled(name)]))).toEqual({
      getStatus: all,
      startPairing: all,
      pair: ["pairing"],
      generateSeed: all,
      getQuote: all,
      offerManifest: all,
      makeKey: all,
      getTimeNonce: ["vault", "operator", "auditor", "control"],
      setTime: ["vault", "operator", "auditor", "control"],
      submitShares: all,
      seal: ["operator"],
      registerWallet: ["vault", "operator"],
      getXpub: ["vault", "operator", "auditor"],
      getAddress: ["vault", "operator", "auditor", "control"],
      signPsbt: ["vault"],
      signMessage: ["vault"],
      proveFunds: ["vault"],
      attest: ["vault", "operator", "auditor", "control"],
    });
  });

  test.each([...COMMAND_NAMES])("%s: somebody may call it, each role is named once", (name) => {
    const { access, stability } = REGISTRY[name];
    expect(["stable", "provisional"]).toContain(stability);
    if (typeof access === "string") {
      expect(["anyone", "pairing"]).toContain(access);
      return;
    }
    expect(access).not.toBeEmpty();
    expect(new Set(access).size).toBe(access.length);
    expect(access.filter((role) => !ROLES.includes(role))).toEqual([]);
  });

  test("nothing that anyone may call changes a device with keys, but to ask for a pairing", () => {
    const withKeys = COMMAND_NAMES.filter((name) => {
      const { access, idempotent, phases } = REGISTRY[name];
      const isWithoutKeys = phases.every((one) => one === "sealed" || one === "provisioning");
      return access === "anyone" && !idempotent && !isWithoutKeys;
    });
    expect(withKeys).toEqual(["startPairing"]);
  });
});

describe("shapes: what the CDDL allows is checked, written and read again", () => {
  for (const [name, schema] of shapes) {
    test(name, () => {
      fc.assert(
        fc.property(valuesOf(schema.cddl), (value) => {
          expect(schema.check(value)).toBe(true);
          const bytes = encodeCbor(schema.toWire(value));
          // Of a set CDDL does not say that its items are in order, and none there twice.
          const ordered = inOrder(schema.form, bytes);
          const read = decodeAs(schema, ordered);
          if (isSame(ordered, bytes) && !hasSets(schema.form)) expect(read).toEqual(value);
          else expect(encodeCbor(schema.toWire(read))).toEqual(ordered);
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

describe("bodies", () => {
  test("the largest result, 20,000 signatures, fits one", () => {
    const signatures = new Uint8Array(LIMITS.signatures * RECORD_BYTES);
    const result = { walletId: new Uint8Array(32), signatures };
    expect(LIMITS.signatures).toBe(20_000);
    const size = encodeAs(REGISTRY.signPsbt.result, result).length;
    expect(size).toBeLessThanOrEqual(LIMITS.result);
    console.log(`20,000 signatures: ${size} bytes`);
  });

  test("the largest params that anyone may send fit that of a caller who may be anyone", () => {
    const share = {
      context: new Uint8Array(LIMITS.shareContext),
      encapsulated: new Uint8Array(32),
      ciphertext: new Uint8Array(48),
    };
    const shares = Array.from({ length: LIMITS.submittedShares }, () => share);
    const size = encodeAs(REGISTRY.submitShares.params, { shares }).length;
    expect(size).toBeLessThanOrEqual(LIMITS.publicBody);
    expect(size).toBeGreaterThan(LIMITS.message);
  });
});
