/**
 * Signatures over what was reviewed, one after another. The engine verifies each as it leaves,
 * under the key that the wallet expects (fault attacks). The same task gives the same bytes: ECDSA
 * by RFC 6979 and BIP-340 with auxiliary zeros, as Bitcoin Core signs.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Handle, Secrets } from "../hal.ts";
import type { Branches } from "./branches.ts";
import type { SigningTask } from "./work.ts";

/** 32 bytes: what makes BIP-340 deterministic, as Bitcoin Core does. */
export const NO_AUXILIARY: Uint8Array = new Uint8Array(32);

const signWith = (secrets: Secrets, leaf: Handle<"node">, task: SigningTask): Uint8Array => {
  const { scheme, digest, publicKey, tweak } = task;
  if (scheme === "ecdsa") return secrets.signEcdsa(leaf, digest, publicKey);
  const under = { auxiliary: NO_AUXILIARY, publicKey };
  return secrets.signSchnorr(leaf, digest, tweak === undefined ? under : { ...under, tweak });
};

/** A signature as it is returned. */
export const recordOf = (
  { input, key, leaf, sighash }: SigningTask,
  signature: Uint8Array,
): SignatureRecord => {
  const record = { input, key, sighash, signature };
  return leaf === undefined ? record : { ...record, leaf };
};

/** One signature; the leaf's key lives no longer than that. */
export const signTask = (
  secrets: Secrets,
  branches: Branches,
  task: SigningTask,
): Outcome<SignatureRecord, "index_out_of_range"> => {
  const node = secrets.derive(branches.at(task.child), [task.index]);
  if (!node.ok) return fail(node.error, { input: task.input });
  const signature = signWith(secrets, node.value, task);
  secrets.wipe(node.value);
  return ok(recordOf(task, signature));
};
