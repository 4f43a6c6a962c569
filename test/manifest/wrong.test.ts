/** Wrong manifests: each gets one sentence, at a JSON pointer into what its author wrote. */
import { describe, expect, test } from "bun:test";
import { jsonOf, manifestProblems, readManifestFile } from "../../host/manifest/index.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import { DRAFT, FIRST } from "./lineages.ts";
import { agreementKeyOf, bytesOf, signingKeyOf } from "./people.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const stepsOf = (pointer: string): readonly string[] => pointer.split("/").slice(1);

/** The same JSON with something else at a pointer; `undefined` takes away what is there. */
const put = (json: unknown, [name, ...rest]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (Array.isArray(json)) {
    const items: readonly unknown[] = json;
    const at = Number(name);
    return at === items.length ? [...items, value] : items.with(at, put(items[at], rest, value));
  }
  const members = new Map(Object.entries(json ?? {}));
  members.set(name, put(members.get(name), rest, value));
  return Object.fromEntries(members);
};

/** All problems of an author's JSON text. */
const problemsOf = (text: string): readonly string[] => {
  const file = readManifestFile(text);
  if (!file.ok) return file.problems.map(({ pointer, means }) => `${pointer} ${means}`);
  if (file.value.kind !== "authored") throw new Error("an author's file");
  return manifestProblems(file.value.manifest).map(({ pointer, means }) => `${pointer} ${means}`);
};

const wrong = (manifest: Manifest, pointer: string, value: Json | undefined): string =>
  JSON.stringify(put(jsonOf(MANIFEST, manifest), stepsOf(pointer), value));

const KEY = agreementKeyOf("another").toHex();
const [ADA, BEN] = DRAFT.people;
const [MADE] = FIRST.keys.map(({ made }) => made);
const [WALLET] = FIRST.wallets;
const WALLETLESS = { ...FIRST, wallets: [] };
const IDLE: Json = {
  name: "Fay",
  duties: [],
  signingKey: signingKeyOf("Fay").publicKey.toHex(),
  wrappingKey: KEY,
  site: "Oslo",
};

/** What is put where, and the one problem that it gives; its pointer is that place unless told. */
const CASES: readonly (readonly [string, Manifest, string, Json | undefined, string, string?])[] = [
  ["a member that nothing has", DRAFT, "/colour", "red", "Nothing has this name here."],
  ["a member is missing", DRAFT, "/network", undefined, "This is missing."],
  ["a number as text", DRAFT, "/version", "0", "This must be a whole number from 0 to 4294967295."],
  ["a fraction", DRAFT, "/quorum/threshold", 1.5, "This must be a whole number from 0 to 32."],
  [
    "a name that reads as two",
    DRAFT,
    "/hosts/0/name",
    "vault, desk",
    "A name is printable ASCII without , : ; | and spaces at its ends or two together.",
  ],
  [
    "hex in capitals",
    DRAFT,
    "/firmware/0",
    "AB".repeat(32),
    "This must be 32 bytes in lower-case hex.",
  ],
  ["a key too short", DRAFT, "/hosts/0/key", "ab", "This must have 32 bytes, and has 1."],
  [
    "no such network",
    DRAFT,
    "/network",
    "moonnet",
    "This must be one of mainnet, testnet, signet, regtest.",
  ],
  [
    "no such role",
    DRAFT,
    "/hosts/0/roles/0",
    "boss",
    "This must be one of vault, operator, auditor, control.",
  ],
  ["a list that is none", DRAFT, "/people", {}, "This must be a list."],
  ["a name too long", DRAFT, "/people/0/site", "x".repeat(33), "This text exceeds 32 bytes."],
  [
    "a name nobody can read",
    DRAFT,
    "/hosts/1/name",
    "de\u{202e}sk",
    "A name is printable ASCII without , : ; | and spaces at its ends or two together.",
  ],
  [
    "a draft after something",
    DRAFT,
    "/predecessor",
    "00".repeat(32),
    "A draft, version 0, has no predecessor.",
  ],
  [
    "a version after nothing",
    FIRST,
    "/predecessor",
    undefined,
    "Every version but the draft names the hash of its predecessor.",
  ],
  ["no generation", DRAFT, "/generation", 0, "Generations of pairings count from 1."],
  ["a name twice", DRAFT, "/hosts/1/name", "vault", "Another host has this name."],
  [
    "two people, one signing key",
    DRAFT,
    "/people/1/signingKey",
    ADA?.signingKey.toHex() ?? "",
    "Another person has this signing key.",
  ],
  [
    "two people, one wrapping key",
    DRAFT,
    "/people/2/wrappingKey",
    BEN?.wrappingKey.toHex() ?? "",
    "Another person has this wrapping key.",
  ],
  [
    "a signing key of small order",
    DRAFT,
    "/people/0/signingKey",
    `01${"00".repeat(31)}`,
    "This is no Ed25519 public key.",
  ],
  [
    "a wrapping key of zeros",
    DRAFT,
    "/people/0/wrappingKey",
    "00".repeat(32),
    "This is no X25519 public key.",
  ],
  ["a person without duty", DRAFT, "/people/5", IDLE, "Fay has no duty.", "/people/5/duties"],
  ["an unknown signer", DRAFT, "/quorum/members/0", "Mallory", "No person is called Mallory."],
  [
    "a quorum that nobody meets",
    DRAFT,
    "/quorum/threshold",
    6,
    "The quorum's threshold is from 1 to the number of its members.",
  ],
  [
    "an unknown shareholder",
    DRAFT,
    "/keys/1/groups/0/members/2",
    "Mallory",
    "No person is called Mallory.",
  ],
  ["a member twice", DRAFT, "/keys/1/groups/0/members/2", "Ada", "Ada stands twice."],
  [
    "a group that cannot be satisfied",
    DRAFT,
    "/keys/2/groups/0/threshold",
    6,
    "The threshold of main is from 1 to the number of its members.",
  ],
  ["more groups than there are", DRAFT, "/keys/0/groupThreshold", 2, "Key A has 1 groups."],
  ["one box for two keys", DRAFT, "/keys/1/device", "A", "Device A would reach two keys."],
  ["a key twice", DRAFT, "/keys/1/id", "A", "A stands twice."],
  [
    "a wallet in the draft",
    DRAFT,
    "/wallets/0",
    { name: "w", template: "t", keys: [] },
    "A draft has no wallets: their keys are still to be made.",
    "/wallets",
  ],
  [
    "a key that is not made",
    WALLETLESS,
    "/keys/2/made",
    undefined,
    "Key C has not been made: only the draft may lack it.",
  ],
  [
    "a point that is none",
    WALLETLESS,
    "/keys/0/made/publicKey",
    "05".repeat(33),
    "This is no secp256k1 public key.",
  ],
  [
    "a link key twice",
    FIRST,
    "/keys/1/made/linkKey",
    MADE?.linkKey.toHex() ?? "",
    "Another key has this linkKey.",
  ],
  [
    "a commitment too few",
    FIRST,
    "/keys/0/made/commitments",
    [],
    "There are 5 shares, and 0 commitments.",
  ],
  [
    "a commitment twice",
    FIRST,
    "/keys/0/made/commitments/1",
    MADE?.commitments[0]?.toHex() ?? "",
    "This commitment stands twice.",
  ],
  [
    "a wallet over two keys only",
    FIRST,
    "/wallets/0/keys/2",
    WALLET?.keys[0] ?? "",
    "The wallet policy is not well-formed.",
    "/wallets/0",
  ],
  [
    "a wallet of another shape",
    FIRST,
    "/wallets/0/template",
    "wsh(or_d(pk(@0/**),pk(@1/**)))",
    "Only wsh(sortedmulti(...)) wallets with /** keys are supported.",
    "/wallets/0",
  ],
  ["no firmware may run", DRAFT, "/firmware", [], "Without a digest here no device may run."],
  [
    "a digest twice",
    DRAFT,
    "/firmware/1",
    bytesOf("firmware").toHex(),
    "This digest stands twice.",
  ],
  ["a host without role", DRAFT, "/hosts/0/roles", [], "vault has no role."],
  [
    "a revoked host that is listed",
    DRAFT,
    "/revoked/0",
    agreementKeyOf("vault").toHex(),
    "This key is revoked.",
    "/hosts/0/key",
  ],
  [
    "an account of another key",
    WALLETLESS,
    "/keys/0/made/accounts/0",
    WALLET?.keys[1] ?? "",
    "This account has the origin of another key.",
  ],
  ["no account", WALLETLESS, "/keys/0/made/accounts", [], "A key without accounts signs nothing."],
  [
    "a second name of a key",
    DRAFT,
    "/hosts/0/key",
    `${KEY.slice(0, 62)}ff`,
    "This is no X25519 public key.",
  ],
];

describe("a wrong manifest", () => {
  test("these two are right, or nothing below would mean anything", () => {
    expect(problemsOf(wrong(DRAFT, "/name", DRAFT.name))).toEqual([]);
    expect(problemsOf(wrong(FIRST, "/name", FIRST.name))).toEqual([]);
  });

  test.each(CASES.map((one) => [...one] as const))(
    "%s",
    (_what, manifest, place, value, means, pointer = place) => {
      expect(problemsOf(wrong(manifest, place, value))).toEqual([`${pointer} ${means}`]);
    },
  );

  test("one wallet key of a stranger, though the policy holds", () => {
    const stranger = "/wallets/0/keys/0";
    const key = (WALLET?.keys[0] ?? "").replace(/^\[.{8}/, "[00c0ffee");
    const means = "This is no account that a device made at genesis.";
    expect(problemsOf(wrong(FIRST, stranger, key))).toEqual([`${stranger} ${means}`]);
  });

  test("all that is wrong is told at once, up to a hundred problems", () => {
    const two = put(jsonOf(MANIFEST, DRAFT), ["version"], "x");
    expect(problemsOf(JSON.stringify(put(two, ["network"], "y")))).toHaveLength(2);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, 1]));
    expect(problemsOf(JSON.stringify(many))).toHaveLength(100);
  });

  test.each(["", "no JSON", "null", "7", '"text"', "[]"])("%p is no manifest", (text) => {
    const [first = "", ...others] = problemsOf(text);
    expect([first, others]).toEqual([expect.stringMatching(/^ This (is not|must be)/), []]);
  });
});
