/** The demo's transaction, executed by btcd's script engine: what it prints would be mined. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { fieldOf } from "./bitcoin-node.ts";
import { type EnginePrevout, isGoMissing, runScriptEngine } from "./script-engine.ts";

const TIMEOUT_MS = 300_000;
const TOP = join(import.meta.dir, "../..");
const testWithGo = test.skipIf(isGoMissing);

const numberIn = (value: unknown, name: string): number => {
  const found = fieldOf(value, name);
  if (typeof found !== "number") throw new Error(`the demo's last line has no number ${name}`);
  return found;
};

const textIn = (value: unknown, name: string): string => {
  const found = fieldOf(value, name);
  if (typeof found !== "string") throw new Error(`the demo's last line has no text ${name}`);
  return found;
};

const listIn = (value: unknown, name: string): readonly unknown[] => {
  const found = fieldOf(value, name);
  if (!Array.isArray(found)) throw new Error(`the demo's last line has no list ${name}`);
  return found;
};

const prevoutOf = (value: unknown): EnginePrevout => ({
  txid: textIn(value, "txid"),
  vout: numberIn(value, "vout"),
  amountSats: numberIn(value, "amountSats"),
  scriptHex: textIn(value, "scriptHex"),
});

/** Runs the demo; its last line. */
const runDemo = async (options: readonly string[]) => {
  const child = Bun.spawn([process.execPath, "host/cli/main.ts", "demo", "--json", ...options], {
    cwd: TOP,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`the demo ended with ${code}: ${err}`);
  const last: unknown = JSON.parse(out.trim().split("\n").at(-1) ?? "");
  return {
    txHex: textIn(last, "txHex"),
    prevouts: listIn(last, "prevouts").map(prevoutOf),
    signedBy: listIn(last, "signedBy"),
    devices: listIn(last, "devices"),
  };
};

for (const options of [[], ["--unplug", "B"]]) {
  const name = ["demo", ...options].join(" ");
  testWithGo(
    `btcd's script engine (Go) accepts every input of \`${name}\`, with no other amount`,
    async () => {
      const { txHex, prevouts, signedBy, devices } = await runDemo(options);
      expect(prevouts.length).toBeGreaterThanOrEqual(3);
      expect(await runScriptEngine({ txHex, prevouts })).toEqual({ ok: true });
      for (const [input, prevout] of prevouts.entries()) {
        const others = prevouts.with(input, { ...prevout, amountSats: prevout.amountSats + 1 });
        const verdict = await runScriptEngine({ txHex, prevouts: others });
        expect(verdict).toMatchObject({ ok: false, input });
      }
      const lost = devices.filter((device) => options.includes(textIn(device, "name")));
      expect(lost).toHaveLength(options.length / 2);
      for (const device of lost) expect(signedBy).not.toContain(textIn(device, "fingerprint"));
    },
    TIMEOUT_MS,
  );
}
