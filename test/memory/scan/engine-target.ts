/**
 * A program that does with an engine what a device does, both kinds of signature among that, one
 * by one and in batches on threads: a share comes in sealed, becomes a seed, a node and signatures.
 * Lines of JSON in and out.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { hardenProcess } from "../../../hardware/process/index.ts";
import { openSystemRng } from "../../../hardware/emulator/board/rng.ts";
import { openSecrets } from "../../../hardware/secrets/index.ts";
import { must } from "../../secrets/oracles/loading.ts";
import { type Loading, readLoading } from "./loading.ts";

const engine = process.argv[2] === "native" ? "native" : "portable";
hardenProcess();
const mayHide = process.argv[3] !== "plain";
const secrets = must(openSecrets({ engine, mayHide, threads: 2, rng: must(openSystemRng()) }));
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

/** Digests from a number on, signed with the last child of the path, in a batch of each kind. */
const signBatches = async (from: number, count: number) => {
  if (loaded === undefined) throw new Error("nothing is loaded");
  const { master, path } = loaded;
  if (secrets.signMany === undefined) return [];
  const branch = must(secrets.derive(master, path.slice(0, -1)));
  const [child = 0] = path.slice(-1);
  const leaf = must(secrets.derive(branch, [child]));
  const publicKey = secrets.publicKey(leaf);
  secrets.wipe(leaf);
  const repeat = (bytes: Uint8Array): Uint8Array =>
    Uint8Array.from(Array.from({ length: count }, () => [...bytes]).flat());
  const common = {
    node: branch,
    indices: new Uint32Array(count).fill(child),
    digests: Uint8Array.from(
      Array.from({ length: count }, (_, i) => [...digestOf(from + i)]).flat(),
    ),
  };
  const auxiliary = new Uint8Array(32);
  const [ecdsa, bip340] = await Promise.all([
    secrets.signMany({ ...common, publicKeys: repeat(publicKey), scheme: { name: "ecdsa" } }),
    secrets.signMany({
      ...common,
      publicKeys: repeat(publicKey.slice(1)),
      scheme: { name: "schnorr", auxiliary },
    }),
  ]);
  if (!ecdsa.ok || !bip340.ok) return [];
  secrets.wipe(branch);
  const pieceOf = (all: Uint8Array, i: number): string => all.slice(64 * i, 64 * i + 64).toHex();
  return Array.from({ length: count }, (_, i) => ({
    ecdsa: pieceOf(ecdsa.value, i),
    bip340: pieceOf(bip340.value, i),
  }));
};

/** Signs so many digests from a number on, each with a node derived for it, both ways. */
const signEach = (from: number, count: number) => {
  if (loaded === undefined) throw new Error("nothing is loaded");
  const { master, path } = loaded;
  const auxiliary = new Uint8Array(32);
  return Array.from({ length: count }, (_, i) => {
    const node = must(secrets.derive(master, path));
    const digest = digestOf(from + i);
    const publicKey = secrets.publicKey(node);
    const settings = { auxiliary, publicKey: publicKey.slice(1) };
    const ecdsa = secrets.signEcdsa(node, digest, publicKey).toHex();
    const bip340 = secrets.signSchnorr(node, digest, settings).toHex();
    secrets.wipe(node);
    return { ecdsa, bip340 };
  });
};

/** The first half on this thread, the rest on the others, where there are others. */
const sign = async (from: number, count: number): Promise<void> => {
  const half = secrets.signMany === undefined ? count : count >> 1;
  const batched = signBatches(from + half, count - half);
  say([...signEach(from, half), ...(await batched)]);
};

/** Wipes in the middle of a batch. */
const wipe = async (): Promise<void> => {
  const batched = signBatches(0, 512);
  await new Promise((resolve) => setTimeout(resolve, 10));
  secrets.wipeAll();
  say((await batched).length === 0 ? "wiped" : "signed after the wipe");
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const [word = "", ...rest] = line.split(" ");
  if (word === "load") {
    loaded = load(readLoading(rest.join(" ")));
    say("loaded");
  }
  if (word === "sign") void sign(Number(rest[0]), Number(rest[1]));
  if (word === "wipe") void wipe();
});
say(boot.publicKey.toHex());
