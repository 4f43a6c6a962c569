/** A wallet policy's template (BIP-388) as data. */

/** What a wallet's coins are locked by, named as descriptors nest it. */
export type ScriptKind = "pkh" | "wpkh" | "sh-wpkh" | "sh" | "wsh" | "sh-wsh" | "tr";

/** A key in a template: `@i/<M;N>/*`, which is `@i/**` where M and N are 0 and 1. */
export interface KeyExpression {
  /** i: which of the policy's keys. */
  readonly key: number;
  /** M and N, not hardened and not equal. */
  readonly branches: readonly [receive: number, change: number];
}

/** The functions whose arguments are keys alone, or a threshold and keys. */
export type KeyFunction = "pk" | "multi" | "sortedmulti" | "multi_a" | "sortedmulti_a";

/** Keys of which `threshold` sign; of `pk` one of one. */
export interface KeyGroup {
  readonly name: KeyFunction;
  readonly threshold: number;
  /** Places in the template's `expressions`, ascending. */
  readonly expressions: readonly number[];
}

/** A script tree of taproot (BIP-341, BIP-386): a leaf, or a fork with two of them below. */
export type TapTree = KeyGroup | TapFork;

/** Where a script tree forks. */
export interface TapFork {
  readonly left: TapTree;
  readonly right: TapTree;
}

/** A template. */
export interface Template {
  readonly kind: ScriptKind;
  /** Every key in the order of the text; of `tr` the internal key is the first. */
  readonly expressions: readonly KeyExpression[];
  /** Of `sh`, `wsh` and `sh-wsh`: its `multi` or `sortedmulti`. */
  readonly group?: KeyGroup;
  /** Of `tr` with scripts. */
  readonly tree?: TapTree;
}

/** The leaves of a tree in the order of the text. */
export const leavesOf = (tree: TapTree): readonly KeyGroup[] =>
  "left" in tree ? [...leavesOf(tree.left), ...leavesOf(tree.right)] : [tree];
