/** What a person may do after a refusal: half a sentence, where there is a step that helps. */
import type { ErrorName, Failure } from "../../protocol/errors.ts";
import { LINK_FULL, LINK_LISTENS } from "../link/index.ts";

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
  wallet_malformed: "`mayfly wallet register --help` shows one",
  wallet_unsupported: "`mayfly wallet register --help` lists the kinds",
  wallet_key_not_ours: "`mayfly xpub` prints a key as a policy takes it",
  previous_transaction_missing: "ask the wallet for a PSBT with non-witness UTXOs",
  previous_transaction_mismatch: "somebody may lie of the coins: draft it anew",
  amount_mismatch: "somebody may lie of the coins: draft it anew",
  input_foreign: "`--wallet` names the wallet that owns all inputs",
  sighash_refused: "ask for ALL, or see `allows` in `mayfly wallet register --help`",
  fee_high: "pay less, or see `allows` in `mayfly wallet register --help`",
  change_gap: "draft it anew, with change near the addresses in use",
  time_nonce_unknown: "`mayfly time` asks the device for a new one",
  quote_expired: "`mayfly quote` makes a new one",
  share_misaddressed: "a share for this boot comes from its quote and `mayfly custodian approve`",
  check_words_wrong: "ask again, over another channel, who sees the device's screen",
  manifest_outdated:
    "ask the others for the newest lineage; `--given-up` takes the hash of one that is no more",
  lineage_fork: "somebody may have signed two versions: show both files to the others",
  signed_another: "if everybody gives that one up, `--given-up` takes its hash",
  report_missing: "`--report` takes what `mayfly genesis` wrote for each key",
  signatures_missing: "`mayfly manifest sign` adds one",
  file_exists: "name another, or move it away first",
};

/** What helps where a refusal says why, instead of what helps after its usual case. */
const STEPS_OF_WHY: ReadonlyMap<string | number, string> = new Map([
  [LINK_FULL, "end one of the programs that share it"],
  ["EAGAIN", "try again in a moment"], // more connect to a link at once than it takes in
  [LINK_LISTENS, "name another socket, or use that link: its socket is a `--port`"],
]);

/** The step after a refusal; `undefined` where none is sure to help. */
export const nextStep = ({ error, details }: Failure): string | undefined =>
  STEPS_OF_WHY.get(details?.["why"] ?? "") ?? NEXT_STEPS[error];
