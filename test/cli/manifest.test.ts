/** `mayfly manifest`: from nothing to a signed draft, and every way in which it is refused. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatKeyFile } from "../../host/custody/index.ts";
import { formatLineage, manifestHash } from "../../host/manifest/index.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { custodianKeyOf } from "../firmware/manifest/ceremony.ts";
import { LINEAGE, signedBy, FIRST, after } from "../manifest/lineages.ts";
import { CONTRACT, expectJsonRefusal, expectSentence } from "./contract.ts";
import { askMayfly, cleanUp, eventsOf, runMayfly, temporaryFolder, textOf } from "./mayfly.ts";

afterAll(cleanUp);

const PEOPLE = ["Ada@Zurich", "Ben@Zurich", "Cleo@Oslo", "Dan@Oslo", "Eve@Lisbon"];
const home = temporaryFolder();
const place = (name: string): string => join(home, name);
const keyOf = (person: string): string => place(`${person.split("@")[0]}.key`);
const persons: string[] = [];

beforeAll(async () => {
  for (const person of PEOPLE) {
    const made = await askMayfly({ home }, "custodian", "init", "--out", keyOf(person));
    persons.push(`${person}=${textOf(made, "public")}`);
  }
});

const draft = async (name: string): Promise<string> => {
  const file = place(name);
  const boxes = ["--box", "A@Zurich", "B@Oslo", "C@Lisbon", "--firmware", "ab".repeat(32)];
  const host = ["--host", `vault=${"09".repeat(32)}:vault,operator`];
  const words = ["manifest", "new", "--name", "Hot vault", "--out", file, ...host, ...boxes];
  const event = await askMayfly({ home }, ...words, "--person", ...persons);
  expect(event).toMatchObject({ ...CONTRACT.manifest, version: 0, signatures: 0, valid: false });
  return file;
};

describe("mayfly manifest", () => {
  test("new, show, sign by three of five, verify", async () => {
    const file = await draft("draft.json");
    const shown = await askMayfly({ home }, "manifest", "show", file);
    const hash = textOf(shown, "hash");
    expect(shown).toMatchObject({ ...CONTRACT.manifest, version: 0, required: 3, valid: false });
    const lineage = place("lineage.json");
    const signers = PEOPLE.slice(0, 3);
    for (const [i, person] of signers.entries()) {
      const from = i === 0 ? file : lineage;
      const words = ["--key", keyOf(person), "--out", lineage, "--hash", hash];
      const signed = await askMayfly({ home }, "manifest", "sign", from, ...words);
      expect(signed).toMatchObject({ ...CONTRACT.manifest, signatures: i + 1, valid: i === 2 });
    }
    const verified = await askMayfly({ home }, "manifest", "verify", lineage, "--genesis", hash);
    expect(verified).toEqual({
      event: "manifest",
      hash,
      version: 0,
      signatures: 3,
      required: 3,
      valid: true,
      genesis: hash,
    });
  });

  test("sign asks which manifest is meant: without a terminal by its hash", async () => {
    const file = await draft("meant.json");
    const words = ["manifest", "sign", file, "--key", keyOf("Ada"), "--out", place("meant")];
    expectJsonRefusal(await runMayfly({ home }, ...words, "--json"), "arguments_invalid", 2);
    const other = [...words, "--hash", "00".repeat(32)];
    expectSentence(await runMayfly({ home }, ...other), "arguments_invalid", 2);
  });

  test("show tells every problem, and the first as the refusal's pointer", async () => {
    const file = await draft("wrong.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(place("wrong.json"), text.replaceAll('"threshold": 3', '"threshold": 1'));
    const run = await runMayfly({ home }, "manifest", "show", file);
    expect([run.code, run.stderr.trimEnd().split("\n").length]).toEqual([1, 11]);
    expect(run.stderr).toContain(
      "/keys/0/groups/0/threshold: One person alone satisfies group main",
    );
    expect(run.stderr).toContain("pointer: /quorum/threshold, why: One person alone could sign");
    const json = await runMayfly({ home }, "manifest", "show", file, "--json");
    expectJsonRefusal(json, "manifest_wrong");
    expect(eventsOf(json).at(-2)).toMatchObject({
      event: "problems",
      problems: expect.arrayContaining([
        { pointer: "/quorum/threshold", means: "One person alone could sign the next manifest." },
      ]),
    });
  });

  test("verify names what is wrong with a lineage", async () => {
    const refusals = [
      ["lineage_gap", [LINEAGE[0], signedBy(after(after(FIRST)))]],
      ["signatures_missing", [LINEAGE[0], signedBy(FIRST, ["Ada"])]],
      ["signature_foreign", [LINEAGE[0], signedBy(FIRST, ["Ada", "Ben", "Cleo", "Mallory"])]],
    ] as const;
    for (const [error, versions] of refusals) {
      const file = place(`${error}.json`);
      writeFileSync(file, formatLineage(versions.flatMap((one) => one ?? [])));
      expectJsonRefusal(await runMayfly({ home }, "manifest", "verify", file, "--json"), error);
    }
    const file = place("good.json");
    writeFileSync(file, formatLineage(LINEAGE));
    expect((await runMayfly({ home }, "manifest", "verify", file)).code).toBe(0);
    const words = ["manifest", "verify", file, "--genesis", "00".repeat(32), "--json"];
    expectJsonRefusal(await runMayfly({ home }, ...words), "lineage_foreign");
  });

  test("new --after continues a lineage; diff says what is another", async () => {
    const lineage = place("after.json");
    writeFileSync(lineage, formatLineage(LINEAGE));
    const next = place("next.json");
    await askMayfly({ home }, "manifest", "new", "--after", lineage, "--out", next);
    const text = readFileSync(next, "utf8").replace('"generation": 1', '"generation": 2');
    writeFileSync(next, text);
    const diff = await askMayfly({ home }, "manifest", "diff", lineage, next);
    expect(diff).toMatchObject({
      event: "manifest",
      version: 2,
      changes: [
        { place: "/version", before: 1, after: 2 },
        { place: "/predecessor" },
        { place: "/generation", before: 1, after: 2 },
      ],
    });
  });

  test("two versions of one number by one hand, unless one is given up", async () => {
    const key = place("Ada-of-lineages.key");
    writeFileSync(key, formatKeyFile(custodianKeyOf("Ada")), { mode: 0o600 });
    const sign = (changes: Partial<Manifest>, name: string, ...more: readonly string[]) => {
      const next = after(FIRST, changes);
      const file = place(`${name}.json`);
      writeFileSync(file, formatLineage([...LINEAGE, signedBy(next, [])]));
      const hash = manifestHash(next).toHex();
      const words = ["--key", key, "--hash", hash, "--out", place(`${name}-signed.json`), ...more];
      return runMayfly({ home }, "manifest", "sign", file, ...words, "--json");
    };
    const first = manifestHash(after(FIRST, { generation: 5 })).toHex();
    expect((await sign({ generation: 5 }, "first")).code).toBe(0);
    const refused = await sign({ generation: 6 }, "second");
    expectJsonRefusal(refused, "signed_another");
    expect(refused.stdout).toContain(first);
    expect(existsSync(place("second-signed.json"))).toBe(false);
    expect((await sign({ generation: 6 }, "third", "--given-up", first)).code).toBe(0);
  });

  test("schema prints the JSON Schema, whole in either form", async () => {
    const run = await runMayfly({ home }, "manifest", "schema");
    const schema: unknown = JSON.parse(run.stdout);
    expect(await askMayfly({ home }, "manifest", "schema")).toEqual({ event: "schema", schema });
  });
});
