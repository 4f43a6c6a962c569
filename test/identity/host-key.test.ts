/** The host's key: made once, kept private, the same to all programs of a user. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { x25519 } from "@noble/curves/ed25519.js";
import { noiseSuite } from "../../host/driver/noise-suite.ts";
import { openHostKey } from "../../host/identity/index.ts";
import { isKeyName } from "../../protocol/session/pairing.ts";
import { errorOf, unwrap } from "../firmware/outcomes.ts";
import { listingOf, NO_OBJECTS, removeHomes, spoilt, temporaryHome } from "./home.ts";

afterAll(removeHomes);

const { keyPair } = noiseSuite;

/** A home whose key file has that text, open to nobody else. */
const homeWith = (text: string): string => {
  const home = temporaryHome();
  writeFileSync(join(home, "host.key"), text, { mode: 0o600 });
  return home;
};

describe("the first program that asks", () => {
  test("makes the key, in a file of its own that only its owner reads", () => {
    const home = temporaryHome();
    const key = unwrap(openHostKey(home, keyPair));
    expect(key.file).toBe(join(home, "host.key"));
    expect(listingOf(home)).toEqual(["host.key 600"]);
    expect(isKeyName(key.publicKey)).toBe(true);
  });

  test("makes the home too, for its owner alone", () => {
    const parent = temporaryHome();
    unwrap(openHostKey(join(parent, "new", "home"), keyPair));
    expect(listingOf(parent)).toEqual(["new 700"]);
    expect(listingOf(join(parent, "new"))).toEqual(["home 700"]);
  });

  test("finds the same key again; another home has another", () => {
    const home = temporaryHome();
    const [one, again] = [openHostKey(home, keyPair), openHostKey(home, keyPair)].map(unwrap);
    expect(again?.publicKey).toEqual(one?.publicKey ?? new Uint8Array(0));
    const other = unwrap(openHostKey(temporaryHome(), keyPair));
    expect(other.publicKey).not.toEqual(one?.publicKey);
  });

  test("agrees with a device's key as another implementation does", () => {
    const home = temporaryHome();
    const key = unwrap(openHostKey(home, keyPair));
    const device = x25519.keygen();
    const shared = x25519.getSharedSecret(device.secretKey, key.publicKey);
    expect(key.agree(device.publicKey)).toEqual(shared);
    expect(key.agree(new Uint8Array(32))).toBeUndefined();
  });
});

test("of eight programs that begin at once all have one key", async () => {
  const home = temporaryHome();
  const program = join(import.meta.dir, "key-program.ts");
  const programs = Array.from({ length: 8 }, () =>
    Bun.spawn([process.execPath, program, home], { stdout: "pipe", stderr: "inherit" }),
  );
  const said = await Promise.all(programs.map(({ stdout }) => new Response(stdout).text()));
  expect(new Set(said).size).toBe(1);
  expect(said[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(listingOf(home)).toEqual(["host.key 600"]);
}, 60_000);

describe("a file that is not to be trusted", () => {
  test.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666])(
    "open to others: %o",
    (mode) => {
      const home = temporaryHome();
      const { file } = unwrap(openHostKey(home, keyPair));
      chmodSync(file, mode);
      const outcome = openHostKey(home, keyPair);
      expect(outcome).toMatchObject({ ok: false, error: "file_unreadable", details: { file } });
      chmodSync(file, 0o400);
      unwrap(openHostKey(home, keyPair));
    },
  );

  // Only root can give a file away.
  test.skipIf(process.getuid?.() !== 0)("another user's", () => {
    const home = temporaryHome();
    const { file } = unwrap(openHostKey(home, keyPair));
    chownSync(file, 65_534, 65_534);
    const outcome = openHostKey(home, keyPair);
    expect(outcome).toMatchObject({ error: "file_unreadable", details: { file } });
    expect(JSON.stringify(outcome)).toContain("another user's");
  });

  test("malformed is named, and left as it is", () => {
    const home = temporaryHome();
    const { file } = unwrap(openHostKey(home, keyPair));
    const text = readFileSync(file, "utf8");
    for (const one of [...spoilt(text), ...NO_OBJECTS, text.slice(0, -3)]) {
      const bad = homeWith(one);
      expect(openHostKey(bad, keyPair)).toEqual({
        ok: false,
        error: "file_malformed",
        details: { file: join(bad, "host.key") },
      });
      expect(readFileSync(join(bad, "host.key"), "utf8")).toBe(one);
    }
  });

  test("whose halves do not belong together", () => {
    const [one, other] = [temporaryHome(), temporaryHome()].map((home) => {
      const { file } = unwrap(openHostKey(home, keyPair));
      return JSON.parse(readFileSync(file, "utf8"));
    });
    const mixed = JSON.stringify({ ...one, private: other.private });
    expect(errorOf(openHostKey(homeWith(mixed), keyPair))).toBe("file_malformed");
  });

  test("a folder, a large file, a link to nothing, a home that is a file", () => {
    const folder = temporaryHome();
    mkdirSync(join(folder, "host.key"));
    const nowhere = temporaryHome();
    symlinkSync(join(nowhere, "none"), join(nowhere, "host.key"));
    const file = join(homeWith("{}"), "host.key");
    for (const home of [folder, homeWith(" ".repeat(70_000)), file]) {
      expect(errorOf(openHostKey(home, keyPair))).toBe("file_unreadable");
    }
    expect(openHostKey(nowhere, keyPair).ok).toBe(false);
    expect(listingOf(nowhere)).toHaveLength(1);
  });
});
