/**
 * What tests of a vault need besides an emulator: published as `mayfly/testing`. Importing it makes
 * the matchers known to bun:test, on Bun.
 */
import "#standards";
import "#matchers-known";

export {
  type ExpectedDetails,
  type Matching,
  type MatcherResult,
  matchers,
  type MayflyMatchers,
  type SeenSigner,
} from "./matchers.ts";
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
