/** `mayfly host`: the host's key, made on first use, as the trust file of an emulator. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTrustFile } from "../../host/identity/index.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { unwrap } from "../firmware/outcomes.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { askMayfly, cleanUp, runMayfly, temporaryFolder, textOf } from "./mayfly.ts";

afterAll(cleanUp);

describe("mayfly host", () => {
  test("prints a trust file that lists this host in every role", async () => {
    const home = temporaryFolder();
    const run = await runMayfly({ home }, "host");
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const trust = unwrap(parseTrustFile(run.stdout));
    expect([trust.generation, trust.revoked]).toEqual([1, []]);
    expect(trust.hosts.map(({ roles }) => roles)).toEqual([ROLES]);
    const again = await runMayfly({ home }, "host");
    expect(again.stdout).toBe(run.stdout);
  });

  test("says the same as an event, with the roles that were named, each once", async () => {
    const home = temporaryFolder();
    const event = await askMayfly({ home }, "host", "--roles", "control, vault,vault");
    const key = textOf(event, "key");
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(event).toEqual({
      event: "host",
      key,
      file: join(home, "host.key"),
      trust: { generation: 1, hosts: [{ key, roles: ["vault", "control"] }], revoked: [] },
    });
  });

  test.each(["", "boss", "vault,boss", "vault,,auditor", "Vault"])(
    "knows no role %p",
    async (roles) => {
      const home = temporaryFolder();
      const run = await runMayfly({ home }, "host", "--roles", roles);
      expectSentence(run, "arguments_invalid", 2);
      expect(run.stdout).toBe("");
    },
  );

  test("names a key file that is malformed, or open to others", async () => {
    const home = temporaryFolder();
    const file = join(home, "host.key");
    writeFileSync(file, "{}", { mode: 0o600 });
    expectSentence(await runMayfly({ home }, "host"), "file_malformed");
    chmodSync(file, 0o644);
    const refused = expectJsonRefusal(
      await runMayfly({ home }, "host", "--json"),
      "file_unreadable",
    );
    expect(JSON.stringify(refused)).toContain(file);
  });
});
