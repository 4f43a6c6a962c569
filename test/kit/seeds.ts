/**
 * Seeds that everybody knows, for tests to copy: words, fingerprints, account keys, first
 * addresses, and the 2-of-3 of three of them. None of it guards anything.
 */
import { A } from "./seeds/a.ts";
import { ABOUT } from "./seeds/about.ts";
import { B } from "./seeds/b.ts";
import { C } from "./seeds/c.ts";
import { D } from "./seeds/d.ts";
import type { TestSeed } from "./seeds/test-seed.ts";
import { ZOO } from "./seeds/zoo.ts";

export type { AddressAccount, SeedAccount, TestSeed } from "./seeds/test-seed.ts";

/** The table: `createEmulator({ seed: SEEDS.A.words })`. */
export const SEEDS = { A, B, C, D, ABOUT, ZOO } as const;

/** A key with its origin, as policies write it. */
const keyOf = ({ fingerprint, multisig }: TestSeed): string =>
  `[${fingerprint}/${multisig.path}]${multisig.tpub}`;

/** The 2-of-3 of A, B and C on test networks; its addresses are regtest's. */
export const QUORUM = {
  /** What a manifest lists and a signer registers (BIP-388). */
  policy: {
    name: "Test vault",
    template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
    keys: [keyOf(A), keyOf(B), keyOf(C)],
  },
  /** 32 bytes in hex: what `signPsbt` calls the wallet. */
  id: "46fe7d31a8284a1e9c216cb2724540791d1b6596d3455ebe50824a4e0b0a4767",
  /** Of the multipath descriptor: what follows its `#`. */
  checksum: "zj44jlcj",
  /** At `0/0`. */
  receive: "bcrt1q6fnluc5w7hlhs9fl8zyz9spkmefwq2qqvwpwmugdn6jr3wtkphys2d4gqu",
  /** At `1/0`. */
  change: "bcrt1q4k9hkae5c3hreuuyf92w44efrd8h068k06edyy9tt98k52p5k9dq8anman",
} as const;
