/** The rig's wallet: the 2-of-3 of the table's A, B and C, as the vault sees it. */
import { openWallet, type Wallet, walletDescriptors } from "../../host/vault/index.ts";
import type { NetworkName, WalletPath } from "../../host/withdrawal.ts";
import { assert } from "../../protocol/errors.ts";
import { QUORUM } from "./seeds.ts";

/** A network whose coins are worth nothing. */
export type TestNetwork = Exclude<NetworkName, "mainnet">;

/** The wallet, with what its signers call it. */
export interface RigWallet extends Wallet {
  readonly network: TestNetwork;
  /** 32 bytes: what `signPsbt` and `getAddress` call it. */
  readonly id: Uint8Array;
  /** Each with its checksum. */
  readonly descriptors: ReturnType<typeof walletDescriptors>;
  /** The address that receives at `0/index`, or takes change at `1/index`. */
  readonly addressAt: (path: WalletPath) => string;
}

/** Opens it on a network. */
export const openRigWallet = (network: TestNetwork): RigWallet => {
  const opened = openWallet(QUORUM.policy, network);
  assert(opened.ok, "the table's wallet opens");
  const wallet = opened.value;
  return {
    ...wallet,
    network,
    id: Uint8Array.fromHex(QUORUM.id),
    descriptors: walletDescriptors(wallet),
    addressAt: (path) => wallet.address(path).address,
  };
};
