/**
 * A program that does with an engine what a device does, both kinds of signature among that: a
 * share comes in sealed, becomes a seed, a node and signatures. Lines of JSON in and out.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { hardenProcess } from "../../../hardware/process/index.ts";
import { openSystemRng } from "../../../hardware/emulator/rng.ts";
import { openSecrets } from "../../../hardware/secrets/index.ts";
import { must } from "../../secrets/oracles/loading.ts";
import { type Loading, readLoading } from "./loading.ts";

const engine = process.argv[2] === "native" ? "native" : "portable";
hardenProcess();
const mayHide = process.argv[3] !== "plain";
const secrets = must(openSecrets({ engine, mayHide, rng: must(openSystemRng()) }));
const boot = must(secrets.generateAgreement());

const digestOf = (i: number): Uint8Array => createHash("sha256").update(`${i}`).digest();
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const load = ({ envelope, header, path }: Loading) => {
  const context = { info: new Uint8Array(0), associatedData: new Uint8Array(0) };
  const value = must(secrets.open(boot.secret, envelope, context));
  const seed = must(secrets.recombine([{ header, value }]));
  secrets.wipe(value);
  secrets.wipe(boot.secret);
  const master = secrets.master(seed);
  secrets.wipe(seed);
  return { master, path };
};

let loaded: ReturnType<typeof load> | undefined;

/** Signs so many digests from a number on, each with a node derived for it, both ways. */
const sign = (from: number, count: number): void => {
  if (loaded === undefined) throw new Error("nothing is loaded");
  const { master, path } = loaded;
  const auxiliary = new Uint8Array(32);
  const made = Array.from({ length: count }, (_, i) => {
    const node = must(secrets.derive(master, path));
    const digest = digestOf(from + i);
    const publicKey = secrets.publicKey(node);
    const settings = { auxiliary, publicKey: publicKey.slice(1) };
    const ecdsa = secrets.signEcdsa(node, digest, publicKey).toHex();
    const bip340 = secrets.signSchnorr(node, digest, settings).toHex();
    secrets.wipe(node);
    return { ecdsa, bip340 };
  });
  say(made);
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const [word = "", ...rest] = line.split(" ");
  if (word === "load") {
    loaded = load(readLoading(rest.join(" ")));
    say("loaded");
  }
  if (word === "sign") sign(Number(rest[0]), Number(rest[1]));
  if (word === "wipe") {
    secrets.wipeAll();
    say("wiped");
  }
});
say(boot.publicKey.toHex());
