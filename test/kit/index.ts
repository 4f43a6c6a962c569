/** What tests of a vault need besides an emulator: published as `mayfly/testing`. */
import "#standards";

export {
  createVaultRig,
  SIGNER_NAMES,
  type SignerName,
  type SignerSettings,
  type VaultRig,
  type VaultRigOptions,
} from "./rig.ts";
export type { DraftWish } from "./rig-purse.ts";
export type { SignedWithdrawal } from "./rig-quorum.ts";
export type { RigWallet, TestNetwork } from "./rig-wallet.ts";
export { type AddressAccount, QUORUM, type SeedAccount, SEEDS, type TestSeed } from "./seeds.ts";
