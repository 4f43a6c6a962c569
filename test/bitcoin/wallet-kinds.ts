/**
 * Wallets of every kind, made by other people's code: keys by bip32, scripts by bitcoinjs-lib and by
 * @scure/btc-signer, from a description that the firmware's parser has no part in.
 */
import { p2ms, p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from "@scure/btc-signer";
import { payments } from "bitcoinjs-lib";
import type { Branch } from "../../firmware/bitcoin/index.ts";
import { elementOf } from "./expect-value.ts";
import {
  given,
  type Keys,
  network,
  type OtherPlace,
  plain,
  placeOf,
  SCURE,
  sorted,
  type WalletKind,
} from "./other-scripts.ts";
import { TAPROOTS } from "./taproot-kinds.ts";
import { bip32, cosignerOf } from "./wallet-fixture.ts";

const ofScure = (made: ReturnType<typeof p2sh> | ReturnType<typeof p2wsh>): OtherPlace => ({
  address: given(made.address),
  scriptPubKey: made.script,
  ...("redeemScript" in made ? { redeemScript: made.redeemScript } : {}),
  ...("witnessScript" in made ? { witnessScript: made.witnessScript } : {}),
});

const single = (
  template: string,
  bitcoinjs: (pubkey: Uint8Array) => OtherPlace,
  scure: (pubkey: Uint8Array) => OtherPlace,
): WalletKind => ({
  template,
  keys: 1,
  expressions: plain(1),
  bitcoinjs: (keys) => bitcoinjs(elementOf(keys, 0)),
  scure: (keys) => scure(elementOf(keys, 0)),
});

const SINGLES: readonly WalletKind[] = [
  single(
    "pkh(@0/**)",
    (pubkey) => placeOf(payments.p2pkh({ pubkey, network })),
    (key) => {
      const { address, script } = p2pkh(key, SCURE);
      return { address, scriptPubKey: script };
    },
  ),
  single(
    "wpkh(@0/**)",
    (pubkey) => placeOf(payments.p2wpkh({ pubkey, network })),
    (key) => {
      const { address, script } = p2wpkh(key, SCURE);
      return { address, scriptPubKey: script };
    },
  ),
  single(
    "sh(wpkh(@0/**))",
    (pubkey) => {
      const redeem = payments.p2wpkh({ pubkey, network });
      const { inner, ...place } = placeOf(payments.p2sh({ redeem, network }));
      return { ...place, redeemScript: inner };
    },
    (key) => ofScure(p2sh(p2wpkh(key, SCURE), SCURE)),
  ),
  single(
    "tr(@0/**)",
    (pubkey) => placeOf(payments.p2tr({ internalPubkey: pubkey.slice(1), network })),
    (key) => {
      const { address, script } = p2tr(key.slice(1), undefined, SCURE);
      return { address: given(address), scriptPubKey: script };
    },
  ),
];

type Wrap = "sh" | "wsh" | "sh-wsh";

const byBitcoinjs = (wrap: Wrap, m: number, pubkeys: Uint8Array[]): OtherPlace => {
  const multisig = payments.p2ms({ m, pubkeys, network });
  if (wrap === "sh") {
    const { inner, ...place } = placeOf(payments.p2sh({ redeem: multisig, network }));
    return { ...place, redeemScript: inner };
  }
  const witness = payments.p2wsh({ redeem: multisig, network });
  if (wrap === "wsh") {
    const { inner, ...place } = placeOf(witness);
    return { ...place, witnessScript: inner };
  }
  const { inner, innermost, ...place } = placeOf(payments.p2sh({ redeem: witness, network }));
  return { ...place, redeemScript: inner, witnessScript: innermost };
};

const byScure = (wrap: Wrap, m: number, pubkeys: Uint8Array[]): OtherPlace => {
  const multisig = p2ms(m, pubkeys);
  if (wrap === "sh") return ofScure(p2sh(multisig, SCURE));
  const witness = p2wsh(multisig, SCURE);
  return ofScure(wrap === "wsh" ? witness : p2sh(witness, SCURE));
};

/** A multisig behind a hash: so many of so many keys. */
export const multisigKind = (wrap: Wrap, isSorted: boolean, m: number, n: number): WalletKind => {
  const list = plain(n).map(([key]) => `@${key}/**`);
  const inner = `${isSorted ? "sorted" : ""}multi(${[m, ...list].join(",")})`;
  const open = wrap.replace("-", "(");
  return {
    template: `${open}(${inner})${wrap === "sh-wsh" ? ")" : ""}`,
    keys: n,
    expressions: plain(n),
    bitcoinjs: (keys) => byBitcoinjs(wrap, m, isSorted ? sorted(keys) : [...keys]),
    scure: (keys) => byScure(wrap, m, isSorted ? sorted(keys) : [...keys]),
  };
};

/** One of each, small and large. */
export const KINDS: readonly WalletKind[] = [
  ...SINGLES,
  ...(["sh", "wsh", "sh-wsh"] as const).flatMap((wrap) => [
    multisigKind(wrap, true, 2, 3),
    multisigKind(wrap, false, 2, 2),
    multisigKind(wrap, true, 11, 15),
  ]),
  ...TAPROOTS,
];

const POINT_H = Uint8Array.fromHex(
  "0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0",
);

/** BIP-341's point H as an extended key, under any chain code. */
export const nobodys = (chainCode = new Uint8Array(32)) =>
  bip32.fromPublicKey(POINT_H, chainCode, network);

/** The keys of a wallet of a kind, as its policy writes them, and at a place; seeds from a byte. */
export const keysOfKind = (kind: WalletKind, firstSeed: number) => {
  const holders = Array.from({ length: kind.keys }, (_, i) => {
    const { account, keyText } = cosignerOf(firstSeed + i);
    const isNobodys = kind.nobodys && i === 0;
    const node = isNobodys ? nobodys(new Uint8Array(32).fill(firstSeed)) : account.neutered();
    return { node, text: isNobodys ? node.toBase58() : keyText };
  });
  return {
    texts: holders.map(({ text }) => text),
    at: (branch: Branch, index: number): Keys =>
      kind.expressions.map(([key, receive, change]) =>
        elementOf(holders, key)
          .node.derive(branch === 0 ? receive : change)
          .derive(index)
          .publicKey.slice(),
      ),
  };
};
