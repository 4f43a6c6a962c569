/** Registering a wallet: what a device says that it registered is what it was sent. */
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Client } from "../driver/index.ts";
import { walletDescriptors } from "../vault/index.ts";
import type { WalletPolicy } from "../withdrawal.ts";
import { openOwnWallet } from "./own-wallet.ts";

/** A wallet that a device has registered, described by the host. */
export interface RegisteredWallet {
  /** 32 bytes. */
  readonly walletId: Uint8Array;
  readonly receive: string;
  readonly change: string;
}

const describe = (policy: WalletPolicy) => {
  const wallet = openOwnWallet(policy);
  return wallet.ok ? ok(walletDescriptors(wallet.value)) : wallet;
};

const differs = (branch: string): Failure<"malformed_reply"> =>
  fail("malformed_reply", { descriptor: branch, why: "not of the policy that was sent" });

/**
 * Registers a policy. One that the host cannot open goes to the device all the same, whose refusal
 * says more; but a success that the host cannot follow is `malformed_reply`, as is a descriptor
 * that is not the host's own.
 */
export const registerChecked = async (
  client: Client,
  policy: WalletPolicy,
): Promise<Outcome<RegisteredWallet>> => {
  const own = describe(policy);
  const reply = await client.registerWallet(policy);
  if (!reply.ok) return reply;
  if (!own.ok) return fail("malformed_reply", { host: own.error });
  const { receive, change } = own.value;
  if (reply.value.receive !== receive) return differs("receive");
  if (reply.value.change !== change) return differs("change");
  return ok({ walletId: reply.value.walletId, receive, change });
};
