/** Which parts of a transaction a signature commits to (BIP-143, BIP-341). */

/** The types without their flag; `default` is taproot's own and commits to what `all` does. */
export const SIGHASH = { default: 0, all: 1, none: 2, single: 3 } as const;

/** The flag by which only the input itself is committed to. */
export const ANYONE_CAN_PAY = 0x80;

/** A type taken apart. */
export interface SighashType {
  /** As it stands in the signature. */
  readonly byte: number;
  readonly outputs: "all" | "none" | "single";
  readonly isAnyoneCanPay: boolean;
}

const OUTPUTS: Readonly<Record<number, SighashType["outputs"]>> = {
  [SIGHASH.all]: "all",
  [SIGHASH.none]: "none",
  [SIGHASH.single]: "single",
};

/** A type that the older digests know; `undefined` for any other byte. */
export const readSighashType = (byte: number): SighashType | undefined => {
  const outputs = OUTPUTS[byte & ~ANYONE_CAN_PAY];
  if (outputs === undefined || byte > 0xff) return undefined;
  return { byte, outputs, isAnyoneCanPay: (byte & ANYONE_CAN_PAY) !== 0 };
};

/** A type that taproot knows: the same ones, and `default` (BIP-341, "hash_type"). */
export const readTaprootSighashType = (byte: number): SighashType | undefined =>
  byte === SIGHASH.default
    ? { byte, outputs: "all", isAnyoneCanPay: false }
    : readSighashType(byte);
