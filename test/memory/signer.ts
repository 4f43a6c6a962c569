/**
 * A program that signs with the portable engine: a made-up seed, one node, digests that are the
 * hashes of their numbers. It prints the signatures, a line of each kind, and keeps what it
 * has.
 */
import { createHash } from "node:crypto";
import { createPortableSecrets } from "../../hardware/secrets/index.ts";
import { fail } from "../../protocol/errors.ts";
import { secretOf } from "./made-up-secrets.ts";

const [seedNumber = 0, count = 0, ...path] = process.argv.slice(2).map(Number);

const digestOf = (i: number): Uint8Array => createHash("sha256").update(`${i}`).digest();

const engine = createPortableSecrets({ fill: () => fail("rng_failed") });
const master = engine.master(engine.importSeed(secretOf(seedNumber)));
const node = engine.derive(master, path);
if (!node.ok) throw new Error("a path that cannot be");
const publicKey = engine.publicKey(node.value);
const settings = { auxiliary: new Uint8Array(32), publicKey: publicKey.slice(1) };
const numbers = Array.from({ length: count }, (_, i) => i);
const ecdsa = numbers.map((i) => engine.signEcdsa(node.value, digestOf(i), publicKey).toHex());
const bip340 = numbers.map((i) => engine.signSchnorr(node.value, digestOf(i), settings).toHex());
console.log(ecdsa.join(" "));
console.log(bip340.join(" "));
setInterval(() => engine.publicNode(node.value), 1 << 30);
