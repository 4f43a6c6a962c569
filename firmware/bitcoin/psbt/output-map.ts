/** An output's map, read field by field. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { uint64At } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";
import { FIELD, OUTPUT_RULES } from "./fields.ts";
import { type Hint, pastLeafHashes, readHint } from "./hints.ts";
import type { ClaimedScripts } from "./input-scripts.ts";
import type { MapReader } from "./map.ts";
import { PSBT_MALFORMED, type PsbtError, type Refused } from "./refusal.ts";

/** What a PSBT says of an output. */
export interface PsbtOutput extends TransactionOutput, ClaimedScripts {
  /** 32 bytes (BIP-371). */
  readonly internalKey: Uint8Array | undefined;
  readonly hints: readonly Hint[];
}

/** Outputs' maps, one after another. */
export interface OutputMaps extends MapReader {
  /** Begins an output; version 0 knows what it pays. */
  readonly open: (paid: TransactionOutput | undefined) => void;
  /** Ends it. */
  readonly settle: () => Outcome<PsbtOutput, PsbtError>;
}

interface Said {
  amountSats: number | undefined;
  script: Uint8Array | undefined;
  redeemScript: Uint8Array | undefined;
  witnessScript: Uint8Array | undefined;
  internalKey: Uint8Array | undefined;
  hints: Hint[];
}

const begun = (paid: TransactionOutput | undefined): Said => ({
  amountSats: paid?.amountSats,
  script: paid?.script,
  redeemScript: undefined,
  witnessScript: undefined,
  internalKey: undefined,
  hints: [],
});

/** Bytes of a claimed script that are kept: more than any script has that wallets derive. */
const KEPT_BYTES = LIMITS.script + 1;

/** Reads outputs of a version. */
export const createOutputMaps = (version: 0 | 2): OutputMaps => {
  let said = begun(undefined);
  const keep =
    (name: "script" | "redeemScript" | "witnessScript" | "internalKey", most?: number) =>
    (value: Uint8Array): Refused => {
      said[name] = value.slice(0, most);
      return undefined;
    };
  const takeAmount = (value: Uint8Array): Refused => {
    said.amountSats = uint64At(new DataView(value.buffer, value.byteOffset), 0);
    return said.amountSats > BITCOIN_LIMITS.amountSats ? fail("amount_out_of_range") : undefined;
  };
  const takeHint = (hint: Uint8Array | undefined): Refused => {
    if (hint === undefined || said.hints.length === BITCOIN_LIMITS.outputHints) {
      return PSBT_MALFORMED;
    }
    said.hints.push(readHint(hint));
    return undefined;
  };
  const takers: Readonly<Record<number, (value: Uint8Array) => Refused>> = {
    [FIELD.output.redeemScript]: keep("redeemScript", KEPT_BYTES),
    [FIELD.output.witnessScript]: keep("witnessScript", KEPT_BYTES),
    [FIELD.output.derivation]: takeHint,
    [FIELD.output.amount]: takeAmount,
    [FIELD.output.script]: keep("script"),
    [FIELD.output.tapInternalKey]: keep("internalKey"),
    [FIELD.output.tapDerivation]: (value) => takeHint(pastLeafHashes(value)),
  };
  return {
    rules: OUTPUT_RULES,
    version,
    take: (type, value) => takers[type]?.(value),
    open: (paid) => {
      said = begun(paid);
    },
    settle: () => {
      const { amountSats, script } = said;
      if (amountSats === undefined || script === undefined) return PSBT_MALFORMED;
      return ok({ ...said, amountSats, script });
    },
  };
};
