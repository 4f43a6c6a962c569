/** Signed messages: plan, consent, sign, reply. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import { isSame, type MessagePlan, type MessageSigning, planMessage } from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Handlers } from "../dispatch.ts";
import type { Hal } from "../hal.ts";

/** BIP-340's auxiliary randomness: none, so that the same message has the same signature. */
const NO_AUXILIARY = new Uint8Array(32);

/** A signature; the engine verifies it before it leaves. */
const sign = (
  { secrets }: Hal,
  keys: Keys,
  { path, digest, publicKey, taproot }: MessageSigning,
): Outcome<Uint8Array, "index_out_of_range"> => {
  const node = secrets.derive(keys.master, path);
  if (!node.ok) return node;
  const signature =
    taproot === undefined
      ? secrets.signEcdsa(node.value, digest, publicKey)
      : secrets.signSchnorr(node.value, digest, {
          auxiliary: NO_AUXILIARY,
          publicKey,
          ...taproot,
        });
  secrets.wipe(node.value);
  return ok(signature);
};

const signAll = (
  hal: Hal,
  keys: Keys,
  key: number,
  { signings }: MessagePlan,
): Outcome<readonly SignatureRecord[], "index_out_of_range"> => {
  const records: SignatureRecord[] = [];
  for (const signing of signings) {
    const signature = sign(hal, keys, signing);
    if (!signature.ok) return signature;
    const { leaf, sighash } = signing;
    const at = leaf === undefined ? {} : { leaf };
    records.push({ input: 0, key, ...at, sighash, signature: signature.value });
  }
  return ok(records);
};

const reply = ({ address, script, leaves }: MessagePlan, records: readonly SignatureRecord[]) => {
  const { redeemScript, witnessScript } = script;
  return ok({
    address,
    signatures: encodeRecords(records),
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
    ...(leaves.length === 0 ? {} : { leaves }),
  });
};

const signMessage: Handlers["signMessage"] = async (context, params) => {
  const { hal, ask, device } = context;
  const now = device();
  if (now.phase !== "ready") return fail("wrong_phase");
  const { keys } = now;
  const wallet = keys.wallets.find(({ id }) => isSame(id, params.walletId));
  if (wallet === undefined) return fail("wallet_unknown");
  const { isChange, index, message, format } = params;
  const request = { branch: isChange ? 1 : 0, index, message, format } as const;
  const plan = planMessage(wallet, request, hal.crypto);
  if (!plan.ok) return plan;
  const consent = await ask({
    kind: "message",
    lines: plan.value.screens.flatMap(({ lines }) => lines),
  });
  if (!consent.ok) return consent;
  const then = device();
  if (then.phase !== "ready" || then.keys.master !== keys.master) return fail("cancelled");
  const records = signAll(hal, keys, wallet.ownKeyIndex, plan.value);
  return records.ok ? reply(plan.value, records.value) : records;
};

/** Handlers of protocol/commands/message.ts. */
export const messageHandlers: Pick<Handlers, "signMessage"> = { signMessage };
