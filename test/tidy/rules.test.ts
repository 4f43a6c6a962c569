/** The tests of the rules: each finds its bad examples and lets its good ones pass. */
import { describe, expect, test } from "bun:test";
import { describeProtocol } from "../../protocol/describe/index.ts";
import { BARRELS } from "./rules/barrels.ts";
import { DOC_COMMENTS } from "./rules/doc-comments.ts";
import { DOCUMENTS } from "./rules/documents.ts";
import { GENERATED } from "./rules/generated.ts";
import { LEAKS } from "./rules/leaks.ts";
import { MANIFEST } from "./rules/manifest.ts";
import { PURITY } from "./rules/purity.ts";
import { ROOM_IMPORTS } from "./rules/rooms.ts";
import type { Rule, SourceFile } from "./rules/rule.ts";
import { scan } from "./rules/scan.ts";
import { SIZES } from "./rules/sizes.ts";
import { WORDS } from "./rules/words.ts";

/** A path and a text. */
type Example = readonly [path: string, text: string];

const filesOf = (examples: readonly Example[]): readonly SourceFile[] =>
  examples.map(([path, text]) => ({ path, text }));

const titled = (verb: string, path: string, text: string): string =>
  `${verb} ${path}: ${JSON.stringify(text.slice(0, 70))}`;

/** One finding or more for each bad example, none for the good ones. */
const suite = (rule: Rule, bad: readonly Example[], good: readonly Example[]): void => {
  describe(rule.name, () => {
    for (const [path, text] of bad) {
      test(titled("refuses", path, text), () => {
        expect(rule.find([{ path, text }])).not.toBeEmpty();
      });
    }
    for (const [path, text] of good) {
      test(titled("allows", path, text), () => {
        expect(rule.find([{ path, text }])).toEqual([]);
      });
    }
  });
};

suite(
  ROOM_IMPORTS,
  [
    ["protocol/a.ts", 'import { b } from "../firmware/hal.ts";'],
    ["protocol/a.ts", 'import type { Socket } from "bun";'],
    ["protocol/a.ts", 'import fs from "fs";'],
    ["protocol/a.ts", 'import { x } from "node:fs";'],
    ["protocol/a.ts", 'import "bun:ffi";'],
    ["protocol/a.ts", 'export { sha256 } from "@noble/hashes/sha2.js";'],
    ["protocol/a.ts", 'const b = await import("../host/b.ts");'],
    ["protocol/a.ts", "const b = await import(name);"],
    ["protocol/a.ts", 'type B = import("../host/b.ts").B;'],
    ["firmware/a.ts", 'import { encode } from "cbor-x";'],
    ["firmware/a.ts", 'import {\n  b,\n} from "../hardware/b.ts";'],
    ["host/a.ts", 'import type { Hal } from "../firmware/hal.ts";'],
    ["host/a.ts", 'import { b } from "../test/kit/b.ts";'],
    ["host/a.ts", 'import { b } from "../hardware/emulator/index.ts";'],
    ["host/control/a.ts", 'import { b } from "../vault/b.ts";'],
    ["host/control/a/b.ts", 'import { Psbt } from "bitcoinjs-lib";'],
    ["host/control/a.ts", 'import ecc from "@bitcoinerlab/secp256k1";'],
    ["host/vault/a.ts", 'export * from "../control/b.ts";'],
    ["host/vault/wallet/a.ts", 'import { b } from "../draft.ts";'],
    ["firmware/signing/a.ts", 'import { b } from "../bitcoin/index.ts";'],
    ["hardware/emulator/a.ts", 'import { b } from "../../firmware/index.ts";'],
    ["hardware/emulator/main.ts", 'import { b } from "../../host/driver/index.ts";'],
    ["hardware/emulator/index.ts", 'import { b } from "../../host/vault/index.ts";'],
    ["hardware/raspberry-pi/a.ts", 'import { b } from "../emulator/b.ts";'],
    ["hardware/raspberry-pi/a.ts", 'import { createServer } from "node:net";'],
    ["hardware/raspberry-pi/main.ts", 'import http from "http";'],
    ["test/a.test.ts", 'import { b } from "./b.test.ts";'],
    ["host/a.ts", 'import { b } from "./b";'],
    ["hardware/a.ts", 'import { b } from "#file-lock";'],
    ["firmware/a.ts", 'const b = await import("#hashes");'],
  ],
  [
    ["protocol/a.ts", 'import { encode } from "cbor-x";\nimport { b } from "./commands/b.ts";'],
    ["protocol/a.ts", '// import { b } from "../host/b.ts";\nconst s = `import "node:fs"`;'],
    ["firmware/a/b.ts", 'import { b } from "../../protocol/index.ts";'],
    ["firmware/bitcoin/a.ts", 'import type { B } from "../signing/work.ts";'],
    ["host/a.ts", 'import { b } from "node:fs";\nimport c from "../protocol/c.ts";'],
    ["host/vault/a.ts", 'import { Psbt } from "bitcoinjs-lib";'],
    ["host/vault/wallet/a.ts", 'import { b } from "../wallet-curve.ts";'],
    ["hardware/secrets/a.ts", 'import type { Hal } from "../../firmware/hal.ts";'],
    ["hardware/raspberry-pi/main.ts", 'import { b } from "../../firmware/index.ts";'],
    ["hardware/emulator/index.ts", 'import { b } from "../../host/driver/index.ts";'],
    ["test/a.test.ts", 'import { b } from "../firmware/phases.ts";'],
    ["hardware/a.ts", 'import { b } from "#hashes";\nimport "#standards";'],
  ],
);

suite(
  PURITY,
  [
    ["firmware/a.ts", "const x = Math.random();"],
    ["protocol/a.ts", "const { random } = Math;"],
    ["hardware/raspberry-pi/a.ts", "Bun.serve({});"],
  ],
  [
    ["firmware/a.ts", "const x = Math.max(1, 2); // Math.random"],
    ["hardware/emulator/a.ts", "Bun.serve({});"],
  ],
);

suite(
  BARRELS,
  [
    ["host/all.ts", 'export * from "./a.ts";\nexport { b } from "./b.ts";'],
    ["host/all.ts", 'import { b } from "./b.ts";\nexport { b };'],
  ],
  [
    ["host/index.ts", 'export * from "./a.ts";'],
    ["host/a.ts", 'export * from "./a.ts";\nexport const b = 1;'],
    ["host/main.ts", 'import "./a.ts";'],
  ],
);

suite(
  SIZES,
  [
    ["host/a.ts", "const a = 1;\n".repeat(301)],
    ["host/a.ts", `// ${"word ".repeat(25)}`],
  ],
  [
    ["host/a.ts", "const a = 1;\n".repeat(300)],
    ["host/a.ts", `const key = "${"k".repeat(111)}";`],
    ["host/a.md", "word ".repeat(25)],
  ],
);

suite(
  DOC_COMMENTS,
  [
    ["host/a.ts", "export const a = 1;"],
    ["host/a.ts", "/** Far above. */\n\nexport const a = 1;"],
    ["host/a.ts", "/* No doc. */\nexport interface A {}"],
    ["host/a.ts", "/** */\nexport class A {}"],
    ["host/a.ts", "/** A. */\nexport type A = 1;\nexport async function b() {}"],
  ],
  [
    ["host/a.ts", "/** As `/**` or `<0;1>/*`. */\nexport const a = 1;"],
    ["host/a.ts", "/** A. */\n// biome-ignore lint/x/y: because\nexport const a = 1;"],
    ["host/a.ts", "/** A. */\nexport function a(): 1;\nexport function a(): 2;"],
    ["host/index.ts", 'export { a } from "./a.ts";\nexport type { B } from "./b.ts";'],
    ["host/a.ts", "const text = `\nexport const a = 1;\n`;"],
  ],
);

suite(
  WORDS,
  [
    ["host/a.ts", "// TODO: later"],
    ["host/a.ts", "/* a HACK */"],
    ["host/a.ts", "// @ts-ignore"],
    ["host/a.ts", "class KeyManager {}"],
    ["host/a.ts", "const signImpl = 1;"],
    ["host/key-utils.ts", ""],
    ["host/a.ts", "interface IKey {}"],
    ["test/a.test.ts", 'test.skip("a", () => {});'],
    ["test/a.test.ts", 'describe.only("a", () => {});'],
    ["test/a.test.ts", "expect(true).toBe(true);"],
    ["host/a.ts", "const a = b as string;"],
    ["host/a.ts", "const a = b as unknown as string;"],
    ["host/a.ts", "const a = (f(b) as { c: 1 }).c;"],
    ["host/a.ts", "const a: any = 1;"],
    ["host/a.ts", "const a = new Map<string, any>();"],
    ["host/a.ts", "const f = (a: any[]) => a;"],
  ],
  [
    ["host/a.ts", 'const a = "TODO" + `as string \u0024{b}`; // as good as any'],
    ["host/a.ts", 'import { a as b } from "./a.ts";\nexport { b as c };\nimport * as d from "d";'],
    ["host/a.ts", "const a = [1, 2] as const;"],
    ["host/a.ts", "type A<T> = { [K in keyof T as K & string]: T[K] };"],
    ["host/a.ts", "reader.skip(4);\nconst a = Promise.any([]);\nconst any = rule(any);"],
    ["host/a.ts", "interface Input {}\nconst manager = 1;"],
    ["test/a.test.ts", 'test.skipIf(process.platform !== "linux")("a", () => {});'],
  ],
);

/** Put together here, so that this file shows no trace itself. */
const absolute = (...parts: readonly string[]): string => ["", ...parts].join("/");
const hostOf = (name: string): string => [name, "example", "org"].join(".");

suite(
  LEAKS,
  [
    ["README.md", `see ${absolute("home", "ada")}`],
    [".ci/run", `cd "${absolute("work", "mayfly")}"`],
    ["a.sh", `cp x ${absolute("root", ".config")}`],
    ["bun.lock", '"https://packages.example/a.tgz"'],
    ["a.md", `npm from ${hostOf("registry")}`],
    ["a.md", `https://${hostOf("artifactory")}/npm`],
  ],
  [
    ["README.md", `a${absolute("work", "b")}, host/registry.ts, ~/root`],
    ["README.md", `https://${hostOf("www")}${absolute("home", "page")}`],
    ["bun.lock", '"commander": "15.1.0"'],
  ],
);

suite(
  MANIFEST,
  [
    ["package.json", '{"dependencies":{"a":"^1.0.0"}}'],
    ["package.json", '{"devDependencies":{"a":"latest"}}'],
    ["biome.json", "{}"],
    ["src/a.ts", ""],
  ],
  [
    ["package.json", '{"dependencies":{"a":"1.0.0","b":"2.0.0-rc.1"}}'],
    [".gitignore", ""],
    [".ci/run", ""],
    ["CHANGELOG.md", ""],
  ],
);

describe(DOCUMENTS.name, () => {
  const commands = "`npx -y bun@1.4.5 run start`\n`npx -y bun@1.4.5 run test`\n";
  const rooms = ["protocol", "firmware", "host", "hardware", "test"];
  const house = (readme: string): readonly SourceFile[] =>
    filesOf([
      ["README.md", readme],
      ["package.json", '{"dependencies":{"@scure/bip32":"1.0.0"}}'],
      ...rooms.map((room): Example => [`${room}/README.md`, "# A room\n"]),
    ]);

  test("allows a whole house", () => {
    expect(DOCUMENTS.find(house(`${commands}| \`@scure/bip32\` | keys |\n`))).toEqual([]);
  });
  test.each([
    ["a dependency that no table names", `${commands}| \`bip32\` | keys |\n@scure/bip32\n`],
    ["a missing command", "npx -y bun@1.4.5 run test:long\n| @scure/bip32 |\n"],
    ["a long README", `${commands}| @scure/bip32 |\n${"line\n".repeat(120)}`],
  ])("refuses %s", (_, readme) => {
    expect(DOCUMENTS.find(house(readme))).not.toBeEmpty();
  });
  test("refuses a room without a README, or with a long one", () => {
    const files = house(`${commands}| @scure/bip32 |\n`);
    const without = files.filter(({ path }) => path !== "host/README.md");
    expect(DOCUMENTS.find(without)).toHaveLength(1);
    const long = { path: "host/README.md", text: "line\n".repeat(81) };
    expect(DOCUMENTS.find([...without, long])).toHaveLength(1);
  });
});

describe(GENERATED.name, () => {
  const good = describeProtocol();
  test("allows what is up to date", () => {
    expect(GENERATED.find([...good, { path: "protocol/phase.ts", text: "" }])).toEqual([]);
  });
  test("refuses what is out of date, missing or extra", () => {
    const [first = { path: "", text: "" }, ...others] = good;
    expect(GENERATED.find([{ ...first, text: `${first.text}\n` }, ...others])).toHaveLength(1);
    expect(GENERATED.find(others)).toHaveLength(1);
    const extra = { path: "protocol/generated/old.md", text: "" };
    expect(GENERATED.find([...good, extra])).toHaveLength(1);
  });
});

describe("the scanner", () => {
  test.each([
    ["a comment, not a division", "a = b / c; // d", "a = b / c;     "],
    ["a regular expression", "a = /[/\"']/g; b", "a = /      g; b"],
    [
      "a template in a template",
      "`a\u0024{`b\u0024{{ c: 1 }}`}d` + e",
      "`  {`  {{ c: 1 }}`} ` + e",
    ],
    ["quotes in quotes", '/* " */ \'a"b\' + "\\""', "        '   ' + \"  \""],
  ])("reads %s", (_, text, code) => {
    expect(scan(text).code).toBe(code);
  });
});
