import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/hashes/utils.js";
import { deriveScript, parseDescriptor, parsePath } from "../../host/control/check/descriptor.ts";
import {
  DESCRIPTOR,
  keysOf,
  SIGNERS,
  STRANGERS,
  walletScript,
  withChecksum,
} from "./signed-spend.ts";

const [first = "", second = "", third = ""] = keysOf(SIGNERS);
const sortedmulti = (...parts: readonly string[]) =>
  withChecksum(`wsh(sortedmulti(${parts.join(",")}))`);
const manyKeys = Array.from({ length: 17 }, () => first);

describe("descriptor", () => {
  test("gives at every path the script that @scure/btc-signer builds", () => {
    const parsed = parseDescriptor(DESCRIPTOR, "regtest");
    if (!parsed.ok) throw new Error(parsed.why);
    for (const path of ["0/0", "0/1", "0/5", "1/0", "1/3", "0/2147483647"]) {
      const place = parsePath(path);
      const script = place === undefined ? undefined : deriveScript(parsed.value, place);
      expect(script?.scriptHex).toBe(bytesToHex(walletScript(path).script));
      expect(script?.witnessScript).toEqual(walletScript(path).witnessScript);
    }
  });

  test("hardened steps may be written with h, fingerprints in upper case", () => {
    const spelt = (key: string) =>
      key.replaceAll("'", "h").replace(/\[\w+/, (start) => start.toUpperCase());
    const parsed = parseDescriptor(sortedmulti("2", spelt(first), second, third), "regtest");
    expect(parsed).toMatchObject({ ok: true, value: { threshold: 2 } });
    expect(parsed).toEqual(parseDescriptor(DESCRIPTOR, "regtest"));
  });

  test.each([
    ["no checksum", "checksum", DESCRIPTOR.slice(0, -9)],
    [
      "another checksum",
      "checksum",
      `${DESCRIPTOR.slice(0, -1)}${DESCRIPTOR.endsWith("q") ? "p" : "q"}`,
    ],
    ["another kind", "sortedmulti", withChecksum(`wsh(multi(2,${first},${second}))`)],
    ["a bare script", "sortedmulti", withChecksum(`sortedmulti(2,${first},${second})`)],
    ["more signatures than keys", "threshold", sortedmulti("3", first, second)],
    ["no signatures", "sortedmulti", sortedmulti("0", first, second)],
    ["a key twice", "twice", sortedmulti("2", first, second, first)],
    ["too many keys", "threshold", sortedmulti("2", ...manyKeys)],
    ["a key without origin", "A key", sortedmulti("2", first.replace(/^\[.*\]/, ""), second)],
    ["a key of another depth", "A key", sortedmulti("2", first.replace("48'/", ""), second)],
    ["a broken key", "A key", sortedmulti("2", first.replace("tpub", "tpuc"), second)],
    ["one branch only", "A key", sortedmulti("2", first.replace("<0;1>", "0"), second)],
    [
      "branches the other way round",
      "A key",
      sortedmulti("2", first.replace("<0;1>", "<1;0>"), second),
    ],
    ["nothing", "checksum", ""],
    ["too much", "too long", "x".repeat(5_000)],
  ])("%s is refused", (_, why, text) => {
    const parsed = parseDescriptor(text, "regtest");
    expect(parsed).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  test("a private key is refused", () => {
    const [signer] = STRANGERS;
    const xpub = signer?.account.publicExtendedKey ?? "";
    const withPrivate = (keysOf(STRANGERS)[0] ?? "").replace(
      xpub,
      signer?.account.privateExtendedKey ?? "",
    );
    expect(withPrivate).toContain("tprv");
    expect(parseDescriptor(sortedmulti("2", withPrivate, second), "regtest").ok).toBe(false);
  });

  test("keys of the test networks are refused on mainnet", () => {
    expect(parseDescriptor(DESCRIPTOR, "testnet").ok).toBe(true);
    expect(parseDescriptor(DESCRIPTOR, "mainnet").ok).toBe(false);
  });
});

test.each(["", "0", "0/", "2/0", "0/-1", "0/01", "0/2147483648", "0/1'", "m/0/1", "0/1/2", " 0/1"])(
  "%p is no path of a wallet",
  (text) => {
    expect(parsePath(text)).toBeUndefined();
  },
);
