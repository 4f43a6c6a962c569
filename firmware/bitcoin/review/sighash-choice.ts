/** Which sighash types an input may ask for: ALL, DEFAULT, and what the wallet allows. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Allowance } from "../../../protocol/wallet-policy.ts";
import {
  readSighashType,
  readTaprootSighashType,
  SIGHASH,
  type SighashType,
} from "../transaction/sighash/sighash-type.ts";
import type { WalletPolicy } from "../wallet/wallet-policy.ts";

const allowanceOf = ({ outputs }: SighashType): Allowance | undefined => {
  if (outputs === "all") return undefined;
  return outputs === "none" ? "sighash-none" : "sighash-single";
};

const isAllowed = (type: SighashType, allows: readonly Allowance[]): boolean => {
  const needed = allowanceOf(type);
  return (
    (needed === undefined || allows.includes(needed)) &&
    (!type.isAnyoneCanPay || allows.includes("sighash-anyone-can-pay"))
  );
};

/**
 * The type that an input is signed with; `asked` is what its PSBT says. SINGLE needs an output of
 * the input's number: without one it commits to nothing, or is not valid.
 */
export const chooseSighash = (
  asked: number | undefined,
  { kind, allows }: WalletPolicy,
  hasOwnOutput: boolean,
): Outcome<SighashType, "sighash_refused"> => {
  const isTaproot = kind === "tr";
  const byte = asked ?? (isTaproot ? SIGHASH.default : SIGHASH.all);
  const type = isTaproot ? readTaprootSighashType(byte) : readSighashType(byte);
  const isGood =
    type !== undefined && isAllowed(type, allows) && (type.outputs !== "single" || hasOwnOutput);
  return isGood ? ok(type) : fail("sighash_refused", { sighash: byte });
};

const NAMES: Readonly<Record<SighashType["outputs"], string>> = {
  all: "ALL",
  none: "NONE",
  single: "SINGLE",
};

const OPEN_OUTPUTS: Readonly<Record<SighashType["outputs"], readonly string[]>> = {
  all: [],
  none: ["No output is fixed"],
  single: ["Other outputs are not fixed"],
};

/** What whoever holds such a signature may still change, in lines; none for ALL and DEFAULT. */
export const openLines = ({ outputs, isAnyoneCanPay }: SighashType): readonly string[] => [
  ...OPEN_OUTPUTS[outputs],
  ...(isAnyoneCanPay ? ["Others may add inputs"] : []),
];

/** As people write it: `SIGHASH_NONE|ANYONECANPAY`. */
export const formatSighash = ({ outputs, isAnyoneCanPay }: SighashType): string =>
  `SIGHASH_${NAMES[outputs]}${isAnyoneCanPay ? "|ANYONECANPAY" : ""}`;
