/** What a person may do after a refusal: half a sentence, where there is a step that helps. */
import type { ErrorName, Failure } from "../../protocol/errors.ts";

const NEXT_STEPS: Partial<Readonly<Record<ErrorName, string>>> = {
  arguments_invalid: "--help tells what is",
  port_missing: "`mayfly devices` lists the signers on this machine",
  port_busy: "end the other program, or begin with `mayfly link --port P --socket F`",
  not_a_signer: "`mayfly devices` lists the signers on this machine",
  session_refused: "`mayfly pair --role ROLE` makes this host known to the device in that role",
  device_unknown: "`mayfly pair` makes this host and the device known to each other",
  link_key_mismatch: "`mayfly pair --replace` forgets the device that was known by that name",
  device_changed: "somebody may sit between: look at the cable, and begin again",
  pairing_words_invalid: "copy all 12 from the device's screen, in order",
  link_loopback: "look at the cable or the program at the other end",
  wallet_unknown: "`mayfly wallet register` makes a wallet known to the device",
  quote_expired: "`mayfly quote` makes a new one",
  share_misaddressed: "a share for this boot comes from its quote and `mayfly custodian approve`",
  file_exists: "name another, or move it away first",
};

/** Steps that help after the usual case of a refusal, and not where it says why. */
const USUAL: ReadonlySet<ErrorName> = new Set(["port_busy"]);

/** The step after a refusal; `undefined` where none is sure to help. */
export const nextStep = ({ error, details }: Failure): string | undefined =>
  USUAL.has(error) && details?.["why"] !== undefined ? undefined : NEXT_STEPS[error];
