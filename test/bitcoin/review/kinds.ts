/** Reviews of spends of every kind of wallet, with whatever the wallet allows. */
import {
  createDeriver,
  parseWalletPolicy,
  type RegisteredWallet,
  type Review,
  type ReviewError,
  review,
  walletId,
} from "../../../firmware/bitcoin/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import { type Allowance, isAllowance } from "../../../protocol/wallet-policy.ts";
import { type PsbtMaps, toVersion2, writeMaps } from "../../agreement/psbt-maps.ts";
import { plainWallet, type ShapeName, SHAPES } from "../../agreement/shapes.ts";
import type { AgreementWallet } from "../../agreement/wallets.ts";
import { unwrap } from "../expect-value.ts";
import { fingerprintOf } from "../psbt/samples.ts";
import { crypto } from "../wallet-fixture.ts";

/** All shapes of wallets, by what proves a coin's amount. */
export const KINDS = {
  all: SHAPES,
  legacy: SHAPES.filter((shape) => shape === "pkh" || shape.startsWith("sh ")),
  segwit: SHAPES.filter((shape) => /^(wpkh|sh-w|wsh)/.test(shape)),
  taproot: SHAPES.filter((shape) => shape.startsWith("tr")),
} as const;

/** A wallet as the device knows it once it is registered. */
export const registeredOf = ({ policy: text, ownKey }: AgreementWallet): RegisteredWallet => {
  const allows = (text.allows ?? []).filter(isAllowance);
  const policy = unwrap(parseWalletPolicy({ ...text, allows }, "regtest", crypto));
  const deriver = createDeriver(policy, "regtest", crypto);
  return { id: walletId(policy, crypto), policy, ownKeyIndex: ownKey, deriver };
};

/** What a review makes of a PSBT against the wallet alone. */
export const judge = (
  wallet: AgreementWallet,
  maps: PsbtMaps,
  version: 0 | 2 = 0,
): Outcome<Review, ReviewError> => {
  const registered = registeredOf(wallet);
  const context = { crypto, network: "regtest", fingerprint: fingerprintOf(wallet) } as const;
  const bytes = writeMaps(version === 0 ? maps : toVersion2(maps));
  return review(bytes, [registered], registered.id, context);
};

/** The same as a value of any shape, to be compared with a refusal. */
export const refusalOf = (wallet: AgreementWallet, maps: PsbtMaps, version: 0 | 2 = 0): unknown =>
  judge(wallet, maps, version);

/** A wallet of a shape that allows some things. */
export const allowing = (shape: ShapeName, ...allows: readonly Allowance[]): AgreementWallet =>
  plainWallet(shape, allows);

/** The lines of each screen. */
export const screensOf = ({ screens }: Review): readonly (readonly string[])[] =>
  screens.map(({ lines }) => lines);

/** What is signed, with copies of what the table has. */
export const tasksOf = ({ inputs }: Review) =>
  Array.from(inputs.tasks(), ({ digest, publicKey, tweak, ...task }) => ({
    ...task,
    digest: digest.toHex(),
    publicKey: publicKey.toHex(),
    ...(tweak === undefined ? {} : { tweak: tweak.toHex() }),
  }));
