/** A worker that no trust lists comes to be known: it asks, reads the words, and trades keys. */
import type { Client } from "../../host/driver/index.ts";
import { readPairingCode } from "../../host/identity/pairing-code.ts";
import { HOST_KEYS, LINK_KEY } from "./hosts.ts";
import type { Findings } from "./findings.ts";
import type { Journal } from "./journal.ts";
import type { Person } from "./person.ts";
import type { Witness } from "./witnesses.ts";
import type { Process } from "./process.ts";

/** What pairing needs around it. */
export interface Pairer {
  readonly person: Person;
  readonly journal: Journal;
  readonly findings: Findings;
  /** Told of the words, which must be seen nowhere else. */
  readonly onWords: (words: readonly string[]) => void;
  readonly witness: (what: Witness) => void;
}

const ROLE = "vault";
const TIMEOUT_MS = 20_000;

/** Tries once; the journal tells whether it came to anything. */
export const pairOnce = async (
  own: Process,
  client: Client,
  { person, journal, findings, onWords, witness }: Pairer,
): Promise<void> => {
  person.allowPairing(true);
  const asked = await own.call("startPairing", TIMEOUT_MS, (how) =>
    client.startPairing({ role: ROLE }, how),
  );
  const words = person.words();
  if (!asked.ok || words === undefined || !own.actor.isAlive()) return;
  onWords(words);
  const psk = readPairingCode(words.join(" "));
  if (!psk.ok) return findings.add("faultless", "the words on the screen are no code");
  const hostKey = HOST_KEYS.worker.publicKey;
  const paired = await own.call("pair", TIMEOUT_MS, (how) =>
    client.pair({ hostKey, role: ROLE }, { ...how, psk: psk.value }),
  );
  if (!paired.ok || !own.actor.isAlive()) return;
  const isTrue = paired.value.deviceKey.toHex() === LINK_KEY.toHex();
  findings.expect(isTrue, "faultless", () => "the device pairs under another key");
  witness("paired");
  journal.pair({ role: ROLE, credential: paired.value.credential });
};
