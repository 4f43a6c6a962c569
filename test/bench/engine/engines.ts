/**
 * Both engines through `Secrets`, as the firmware calls them. A step wipes the handle that it
 * made, because a table of handles has an end. Nodes that are derived from have been asked for
 * their public half before, as a device's have.
 */
import type { Handle, Secrets } from "../../../firmware/hal.ts";
import {
  createPortableSecrets,
  type ImportingSecrets,
  openNativeSecrets,
} from "../../../hardware/secrets/index.ts";
import { must } from "../../secrets/oracles/loading.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import { type Case, createDigests, DIGEST_BYTES } from "./case.ts";

const HARDENED = 2 ** 31;
/** m/48h/1h/0h/2h/0: BIP-48's account of a P2WSH wallet on a test network, and one step on. */
const PATH = [48, 1, 0, 2].map((index) => HARDENED + index).concat(0);
const SEED = new Uint8Array(32).fill(7);
const THREE_OF_FIVE = { groupThreshold: 1, groups: [{ threshold: 3, count: 5 }] };
const THRESHOLD = 3;
const CONTEXT = { info: new Uint8Array(64).fill(1), associatedData: new Uint8Array(64).fill(2) };

const signing = (secrets: Secrets, node: Handle<"node">): readonly Case[] => {
  const digest = createDigests();
  const publicKey = secrets.publicKey(node);
  const settings = {
    auxiliary: new Uint8Array(DIGEST_BYTES).fill(3),
    publicKey: publicKey.slice(1),
  };
  return [
    {
      title: "ECDSA sign, low R, verified",
      step: () => void secrets.signEcdsa(node, digest(), publicKey),
    },
    {
      title: "BIP-340 sign, verified",
      step: () => void secrets.signSchnorr(node, digest(), settings),
    },
  ];
};

const derivation = (secrets: Secrets, node: Handle<"node">): readonly Case[] => {
  const cases = [
    ["derive, one step", [0]],
    ["derive, one hardened step", [HARDENED]],
    ["derive, m/48h/1h/0h/2h/0", PATH],
  ] as const;
  return cases.map(([title, path]) => ({
    title,
    step: () => secrets.wipe(must(secrets.derive(node, path))),
  }));
};

const sharing = (secrets: Secrets, seed: Handle<"seed">): readonly Case[] => {
  const shares = must(secrets.split(seed, THREE_OF_FIVE)).slice(0, THRESHOLD);
  const { secret, publicKey } = must(secrets.generateAgreement());
  const envelopes = shares.map(({ value }) => must(secrets.seal(value, publicKey, CONTEXT)));
  return [
    {
      title: "recombine 3 of 5 shares",
      step: () => secrets.wipe(must(secrets.recombine(shares))),
    },
    ...envelopes.slice(0, 1).map((envelope) => ({
      title: "open an envelope",
      step: () => secrets.wipe(must(secrets.open(secret, envelope, CONTEXT))),
    })),
  ];
};

const casesOf = (subject: string, secrets: ImportingSecrets): readonly Case[] => {
  const seed = secrets.importSeed(SEED);
  const node = secrets.master(seed);
  secrets.publicNode(node);
  return [...signing(secrets, node), ...derivation(secrets, node), ...sharing(secrets, seed)].map(
    ({ title, step }) => ({ title: `${subject}: ${title}`, step }),
  );
};

/** The native engine's cases; none where its libraries are not here. */
export const nativeCases = (): readonly Case[] => {
  const opened = openNativeSecrets();
  if (!opened.ok && opened.error === "engine_missing") return [];
  return casesOf("native engine", must(opened));
};

/** The portable engine's cases. */
export const portableCases = (): readonly Case[] =>
  casesOf("portable engine", createPortableSecrets(systemRng()));
