/** What a person's tool has seen of a lineage, and what it refuses because of it. */
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkSigned,
  formatLineage,
  manifestHash,
  noteSigning,
  pinLineage,
  readLineage,
} from "../../host/manifest/index.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../protocol/manifest/signed.ts";
import { errorOf, unwrap } from "../firmware/outcomes.ts";
import { after, DRAFT, FIRST, LINEAGE, signedBy } from "./lineages.ts";
import { signingKeyOf } from "./people.ts";

const folder = mkdtempSync(join(tmpdir(), "mayfly-pins-"));
afterAll(() => rmSync(folder, { recursive: true }));

let homes = 0;
const freshHome = (): string => {
  homes += 1;
  return join(folder, `${homes}`);
};
const pin = (home: string, versions: readonly SignedManifest[]): string =>
  errorOf(pinLineage(home, unwrap(readLineage(versions))));

const SECOND = after(FIRST, { generation: 2 });
const OTHER = after(FIRST, { generation: 3 });
const [draft] = LINEAGE;
if (draft === undefined) throw new Error("a draft");

test("a lineage that goes on is taken, one that is older is not", () => {
  const home = freshHome();
  expect(pin(home, [draft])).toBe("not refused");
  expect(pin(home, [...LINEAGE, signedBy(SECOND)])).toBe("not refused");
  expect(pin(home, [...LINEAGE, signedBy(SECOND), signedBy(after(SECOND))])).toBe("not refused");
  expect(pin(home, LINEAGE)).toBe("manifest_outdated");
  expect(pin(home, [...LINEAGE, signedBy(SECOND)])).toBe("manifest_outdated");
});

test("what is seen for the first time is told apart from what is known", () => {
  const home = freshHome();
  const lineage = unwrap(readLineage(LINEAGE));
  expect(unwrap(pinLineage(home, lineage))).toBe("first");
  expect(unwrap(pinLineage(home, lineage))).toBe("known");
});

test("another version of the same number is a fork, also beneath later ones", () => {
  const home = freshHome();
  expect(pin(home, [...LINEAGE, signedBy(SECOND)])).toBe("not refused");
  expect(pin(home, [...LINEAGE, signedBy(OTHER)])).toBe("lineage_fork");
  expect(pin(home, [...LINEAGE, signedBy(OTHER), signedBy(after(OTHER))])).toBe("lineage_fork");
  expect(pin(home, [...LINEAGE, signedBy(SECOND)])).toBe("not refused");
});

test("what is not signed by enough teaches nothing, and does not count as newer", () => {
  const home = freshHome();
  const half = signedBy(SECOND, ["Ada"]);
  expect(pin(home, [...LINEAGE, half])).toBe("not refused");
  expect(pin(home, [...LINEAGE, signedBy(OTHER)])).toBe("not refused");
  expect(pin(home, [...LINEAGE, half])).toBe("manifest_outdated");
  expect(pin(freshHome(), [signedBy(DRAFT, ["Ada"])])).toBe("not refused");
});

test("each genesis has its own file; a spoiled one, or one open to others, is not read", () => {
  const home = freshHome();
  expect(pin(home, LINEAGE)).toBe("not refused");
  expect(pin(home, [signedBy({ ...DRAFT, name: "Cold vault" })])).toBe("not refused");
  const files = readdirSync(join(home, "lineages"));
  expect(files).toHaveLength(2);
  for (const name of files) writeFileSync(join(home, "lineages", name), '{"version":-1}');
  expect(pin(home, LINEAGE)).toBe("file_malformed");
  for (const name of files) chmodSync(join(home, "lineages", name), 0o666);
  expect(pin(home, LINEAGE)).toBe("file_unreadable");
});

const note = (home: string, version: Manifest, name = "Ada", insteadOf?: string): string => {
  const lineage = unwrap(readLineage([...LINEAGE, signedBy(version, ["Ben"])]));
  return errorOf(noteSigning(home, lineage, signingKeyOf(name).publicKey, insteadOf));
};

test("a person signs one version of a number, and another only by saying so", () => {
  const home = freshHome();
  expect(note(home, SECOND)).toBe("not refused");
  expect(note(home, SECOND)).toBe("not refused");
  expect(note(home, OTHER)).toBe("signed_another");
  expect(note(home, OTHER, "Ada", manifestHash(OTHER).toHex())).toBe("signed_another");
  expect(note(home, OTHER, "Cleo")).toBe("not refused");
  expect(note(home, OTHER, "Ada", manifestHash(SECOND).toHex())).toBe("not refused");
  expect(note(home, SECOND)).toBe("signed_another");
  expect(note(home, OTHER)).toBe("not refused");
});

test("what a person has signed counts as seen, though others may not have signed it", () => {
  const home = freshHome();
  const check = (versions: readonly SignedManifest[], givenUp?: string): string => {
    const lineage = unwrap(readLineage(versions));
    return errorOf(checkSigned(home, lineage, signingKeyOf("Ada").publicKey, givenUp));
  };
  expect(check(LINEAGE)).toBe("not refused");
  expect(note(home, SECOND)).toBe("not refused");
  expect(check(LINEAGE)).toBe("manifest_outdated");
  expect(check(LINEAGE, manifestHash(OTHER).toHex())).toBe("manifest_outdated");
  expect(check(LINEAGE, manifestHash(SECOND).toHex())).toBe("not refused");
  expect(check([...LINEAGE, signedBy(SECOND)])).toBe("not refused");
  expect(check([...LINEAGE, signedBy(OTHER)])).toBe("signed_another");
  expect(check([...LINEAGE, signedBy(SECOND), signedBy(after(SECOND))])).toBe("not refused");
});

test("who has signed a later version signs no earlier one; a spoiled note is not read", () => {
  const home = freshHome();
  const lineage = [...LINEAGE, signedBy(SECOND), signedBy(after(SECOND), ["Ben"])];
  const { publicKey } = signingKeyOf("Ada");
  expect(errorOf(noteSigning(home, unwrap(readLineage(lineage)), publicKey, undefined))).toBe(
    "not refused",
  );
  expect(note(home, OTHER)).toBe("manifest_outdated");
  for (const name of readdirSync(join(home, "lineages"))) {
    writeFileSync(join(home, "lineages", name), "{}");
  }
  expect(note(home, OTHER)).toBe("file_malformed");
});

/** Pins a lineage over and over from a common start; ends with 1 where it finds an older pin. */
const PINNING = `
  import { readdirSync, readFileSync } from "node:fs";
  import { pinLineage, readLineage, readManifestFile } from "./host/manifest/index.ts";
  const [home = "", text = "", start = ""] = process.argv.slice(-3);
  const file = readManifestFile(await Bun.file(text).text());
  if (!file.ok || file.value.kind !== "lineage") throw new Error("no lineage");
  const lineage = readLineage(file.value.versions);
  if (!lineage.ok) throw new Error(lineage.error);
  const own = lineage.value.newest.manifest.version;
  const newest = () => {
    const [pin] = readdirSync(home + "/lineages").filter((name) => name.endsWith(".json"));
    return JSON.parse(readFileSync(home + "/lineages/" + pin, "utf8")).version;
  };
  while (Date.now() < Number(start)) continue;
  for (let i = 0; i < 300; i += 1) {
    if (pinLineage(home, lineage.value).ok && newest() < own) process.exit(1);
  }
`;

test("two tools at once never bring an older version back", async () => {
  const [second, third] = [[...LINEAGE, signedBy(SECOND)], after(SECOND)];
  for (let round = 0; round < 2; round += 1) {
    const home = freshHome();
    const start = `${Date.now() + 500}`;
    const running = [second, [...second, signedBy(third)]].map((versions, i) => {
      const file = join(folder, `race-${i}.json`);
      writeFileSync(file, formatLineage(versions));
      const command = [process.execPath, "-e", PINNING, home, file, start];
      return Bun.spawn(command, { cwd: join(import.meta.dir, "../.."), stderr: "inherit" });
    });
    for (const one of running) expect(await one.exited).toBe(0);
    expect(pin(home, second)).toBe("manifest_outdated");
    expect(readdirSync(join(home, "lineages"))).toHaveLength(1);
  }
});

test("a lock that a dead tool left is not for ever", () => {
  const home = freshHome();
  expect(pin(home, LINEAGE)).toBe("not refused");
  const lock = join(home, "lineages", "lock");
  writeFileSync(lock, "");
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(pin(home, LINEAGE)).toBe("not refused");
  expect(existsSync(lock)).toBe(false);
});
