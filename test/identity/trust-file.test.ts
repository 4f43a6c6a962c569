/** Trust files: read back as they were written, and refused where they are wrong, by pointer. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatTrustFile, parseTrustFile, type TrustFile } from "../../host/identity/index.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { seeded } from "../firmware/outcomes.ts";

const KEY = `${"ab".repeat(31)}0c`;

const keys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((key) => key.with(31, (key[31] ?? 0) & 0x7f));

const hosts = fc.record({ key: keys, roles: fc.subarray([...ROLES]) });

const trusts: fc.Arbitrary<TrustFile> = fc.record({
  generation: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  hosts: fc.array(hosts, { maxLength: 5 }),
  revoked: fc.array(keys, { maxLength: 5 }),
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(trusts, (trust) => {
      expect(parseTrustFile(formatTrustFile(trust))).toEqual({ ok: true, value: trust });
    }),
    seeded(300),
  );
});

test("the file of the manual is understood", () => {
  const text = `{"generation":1,"hosts":[{"key":"${KEY}","roles":["vault","auditor"]}],"revoked":[]}`;
  expect(parseTrustFile(text)).toEqual({
    ok: true,
    value: {
      generation: 1,
      hosts: [{ key: Uint8Array.fromHex(KEY), roles: ["vault", "auditor"] }],
      revoked: [],
    },
  });
});

const file = (change: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ generation: 1, hosts: [], revoked: [], ...change });
const host = (change: Readonly<Record<string, unknown>>): string =>
  file({
    hosts: [
      { key: KEY, roles: ["vault"] },
      { key: KEY, roles: [], ...change },
    ],
  });

const HIGH_BIT = `${"ab".repeat(31)}8c`;

/** Text, and the pointer to what is wrong in it. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ["", ""],
  ["{", ""],
  ["null", ""],
  ["[]", ""],
  ['"x"', ""],
  ["{}", "/generation"],
  [file({ generation: undefined }), "/generation"],
  [file({ hosts: undefined }), "/hosts"],
  [file({ revoked: undefined }), "/revoked"],
  [file({ revokd: [] }), "/revokd"],
  [file({ "a/b~c": 1 }), "/a~1b~0c"],
  [file({ generation: 0 }), "/generation"],
  [file({ generation: -1 }), "/generation"],
  [file({ generation: 1.5 }), "/generation"],
  [file({ generation: "1" }), "/generation"],
  [file({ generation: 2 ** 53 }), "/generation"],
  [file({ hosts: {} }), "/hosts"],
  [file({ hosts: [null] }), "/hosts/0"],
  [file({ hosts: [[]] }), "/hosts/0"],
  [file({ hosts: [{ roles: [] }] }), "/hosts/0/key"],
  [file({ hosts: Array.from({ length: 257 }, () => ({ key: KEY, roles: [] })) }), "/hosts"],
  [host({ roles: undefined }), "/hosts/1/roles"],
  [host({ role: "vault" }), "/hosts/1/role"],
  [host({ key: 1 }), "/hosts/1/key"],
  [host({ key: KEY.toUpperCase() }), "/hosts/1/key"],
  [host({ key: KEY.slice(2) }), "/hosts/1/key"],
  [host({ key: `${KEY} ` }), "/hosts/1/key"],
  [host({ key: HIGH_BIT }), "/hosts/1/key"],
  [host({ roles: "vault" }), "/hosts/1/roles"],
  [host({ roles: ["vault", "boss"] }), "/hosts/1/roles/1"],
  [host({ roles: ["toString"] }), "/hosts/1/roles/0"],
  [host({ roles: Array.from({ length: 5 }, () => "vault") }), "/hosts/1/roles"],
  [file({ revoked: KEY }), "/revoked"],
  [file({ revoked: [KEY, "00"] }), "/revoked/1"],
  [file({ revoked: [HIGH_BIT] }), "/revoked/0"],
];

describe("a malformed file is refused by a pointer to what is wrong", () => {
  test.each(MALFORMED)("%s", (text, pointer) => {
    expect(parseTrustFile(text)).toMatchObject({
      ok: false,
      error: "file_malformed",
      details: { pointer },
    });
  });
});
