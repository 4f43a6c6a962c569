/** An engine in a program of its own, loaded and asked from here. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { oracleSeal } from "../../secrets/oracles/hpke.ts";
import type { Catalogue } from "../catalogue.ts";
import { createCatalogue } from "../catalogue.ts";
import { derivedSecrets } from "../derived.ts";
import type { KnownSignature } from "../nonces.ts";
import { lineReader } from "../programs.ts";
import { encryptOutside, SOLE } from "../../secrets/oracles/loading.ts";
import { writeLoading } from "./loading.ts";
import type { Subject } from "./subject.ts";

/** Hardened and not; below it nothing is given out. */
const PATH = [2 ** 31 + 86, 2 ** 31, 7];
const SIGNER = "m/86'/0'/7";

/** The program. */
export interface ScannedEngine {
  readonly pid: number;
  /** Signs so many more digests, both ways. */
  readonly sign: (count: number) => Promise<void>;
  readonly catalogue: () => Catalogue;
  readonly wipe: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const isMade = (value: unknown): value is readonly { ecdsa: string; bip340: string }[] =>
  Array.isArray(value);

const digestOf = (i: number): Uint8Array =>
  new Uint8Array(new Bun.CryptoHasher("sha256").update(`${i}`).digest());

/** Starts it and loads a fresh seed into it. */
export const startEngine = async ({ engine, plainPages }: Subject): Promise<ScannedEngine> => {
  const control = Uint8Array.from(randomBytes(32));
  const words = [engine, ...(plainPages ? ["plain"] : [])];
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "engine-target.ts"), ...words], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: {
      ...process.env,
      MAYFLY_SCAN_CONTROL: control.toHex(),
      ...(engine === "native" ? { BUN_JSC_useDFGJIT: "0" } : {}),
    },
  });
  const nextLine = lineReader(child.stdout);
  const ask = async (line: string): Promise<unknown> => {
    void child.stdin.write(`${line}\n`);
    await child.stdin.flush();
    return JSON.parse(await nextLine());
  };
  const publicKey = Uint8Array.fromHex(String(JSON.parse(await nextLine())));
  const seed = Uint8Array.from(randomBytes(32));
  const value = encryptOutside(seed);
  const context = { info: new Uint8Array(0), associatedData: new Uint8Array(0) };
  const envelope = await oracleSeal(publicKey, value, context);
  await ask(`load ${writeLoading({ envelope, header: SOLE, path: PATH })}`);
  const known: KnownSignature[] = [];
  let signed = 0;
  return {
    pid: child.pid,
    sign: async (count) => {
      const made = await ask(`sign ${signed} ${count}`);
      if (!isMade(made)) throw new Error("the engine's program says no signatures");
      for (const [i, { ecdsa, bip340 }] of made.entries()) {
        const common = { signer: SIGNER, digest: digestOf(signed + i) };
        known.push({ ...common, scheme: "ecdsa", signature: Uint8Array.fromHex(ecdsa) });
        known.push({ ...common, scheme: "bip340", signature: Uint8Array.fromHex(bip340) });
      }
      signed += count;
    },
    catalogue: () => {
      const shares = [{ name: "share", value }];
      const set = { identifier: 0x1234, iterationExponent: 0, extendable: true, shares };
      const signatures = known.slice(-MOST_NONCES);
      return createCatalogue([
        ...derivedSecrets({ seed, shareSets: [set], paths: [SIGNER], signatures }),
        { name: "control", kind: "control", bytes: control },
      ]);
    },
    wipe: async () => {
      const said = await ask("wipe");
      if (said !== "wiped") throw new Error(`the engine's program: ${String(said)}`);
    },
    end: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

/** As many nonces as a search looks for at once, the last. */
const MOST_NONCES = 1200;
