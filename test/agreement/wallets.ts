/** Wallets of every kind as tests describe them: a policy, and who holds which of its keys. */
import type { Holder } from "./holders.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import type { PolicyText } from "./seam.ts";

/** How a wallet's outputs are locked. */
export type ScriptKind = "pkh" | "wpkh" | "sh-wpkh" | "sh" | "wsh" | "sh-wsh" | "tr";

/** A multisig within a script or a leaf, and which of the wallet's expressions it has. */
export interface MultisigShape {
  readonly sorted: boolean;
  readonly threshold: number;
  readonly holders: readonly Holder[];
}

/** What a wallet is made of, before its keys have numbers. */
export type WalletShape =
  | { readonly kind: "pkh" | "wpkh" | "sh-wpkh"; readonly holder: Holder }
  | { readonly kind: "sh" | "wsh" | "sh-wsh"; readonly multisig: MultisigShape }
  | { readonly kind: "tr"; readonly internal: Holder; readonly leaves: readonly MultisigShape[] };

/** A key expression of a template: `@key/<branches>/*`. */
export interface Expression {
  readonly key: number;
  readonly branches: readonly [receive: number, change: number];
}

/** A multisig whose keys are numbers of expressions. */
export interface Multisig {
  readonly sorted: boolean;
  readonly threshold: number;
  readonly expressions: readonly number[];
}

/** A wallet with its holders. */
export interface AgreementWallet {
  readonly kind: ScriptKind;
  readonly policy: PolicyText;
  /** By the policy's key. */
  readonly holders: readonly Holder[];
  /** In the template's order; taproot's internal key is the first. */
  readonly expressions: readonly Expression[];
  /** The script's multisig, or one for each leaf, in the template's order. */
  readonly multisigs: readonly Multisig[];
  /** Index of the device's own key. */
  readonly ownKey: number;
}

/** Gives keys their numbers, and a key's second use branches of its own, as BIP-388 wants. */
const createNumbering = () => {
  const holders: Holder[] = [];
  const expressions: Expression[] = [];
  const uses = new Map<Holder, number>();
  const express = (holder: Holder): { readonly at: number; readonly text: string } => {
    const used = uses.get(holder) ?? 0;
    if (used === 0) holders.push(holder);
    uses.set(holder, used + 1);
    const key = holders.indexOf(holder);
    const branches = [2 * used, 2 * used + 1] as const;
    const at = expressions.push({ key, branches }) - 1;
    return { at, text: used === 0 ? `@${key}/**` : `@${key}/<${branches.join(";")}>/*` };
  };
  return { holders, expressions, express };
};

type Numbering = ReturnType<typeof createNumbering>;

const multisigOf = (
  { sorted, threshold, holders }: MultisigShape,
  suffix: string,
  { express }: Numbering,
): { readonly multisig: Multisig; readonly text: string } => {
  const all = holders.map(express);
  const name = `${sorted ? "sortedmulti" : "multi"}${suffix}`;
  return {
    multisig: { sorted, threshold, expressions: all.map(({ at }) => at) },
    text: `${name}(${threshold},${all.map(({ text }) => text).join(",")})`,
  };
};

/** One leaf alone, two in a pair, or the first beside a pair. */
const treeText = ([first = "", ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `{${first},${treeText(rest)}}`;

const WRAPPERS = {
  pkh: (inner: string) => `pkh(${inner})`,
  wpkh: (inner: string) => `wpkh(${inner})`,
  "sh-wpkh": (inner: string) => `sh(wpkh(${inner}))`,
  sh: (inner: string) => `sh(${inner})`,
  wsh: (inner: string) => `wsh(${inner})`,
  "sh-wsh": (inner: string) => `sh(wsh(${inner}))`,
} as const;

const templateOf = (
  shape: WalletShape,
  numbering: Numbering,
): { readonly template: string; readonly multisigs: readonly Multisig[] } => {
  if ("holder" in shape) {
    return {
      template: WRAPPERS[shape.kind](numbering.express(shape.holder).text),
      multisigs: [],
    };
  }
  if ("multisig" in shape) {
    const { multisig, text } = multisigOf(shape.multisig, "", numbering);
    return { template: WRAPPERS[shape.kind](text), multisigs: [multisig] };
  }
  const internal = numbering.express(shape.internal).text;
  const leaves = shape.leaves.map((leaf) => multisigOf(leaf, "_a", numbering));
  const tree = leaves.length === 0 ? "" : `,${treeText(leaves.map(({ text }) => text))}`;
  return {
    template: `tr(${internal}${tree})`,
    multisigs: leaves.map(({ multisig }) => multisig),
  };
};

/** A wallet of a shape; `own` is the device's holder. */
export const createWallet = (
  name: string,
  shape: WalletShape,
  own: Holder,
  allows?: readonly Allowance[],
): AgreementWallet => {
  const numbering = createNumbering();
  const { template, multisigs } = templateOf(shape, numbering);
  const { holders, expressions } = numbering;
  const keys = holders.map(({ keyText }) => keyText);
  return {
    kind: shape.kind,
    policy: { name, template, keys, ...(allows === undefined ? {} : { allows }) },
    holders,
    expressions,
    multisigs,
    ownKey: holders.indexOf(own),
  };
};
