// @ts-check
/**
 * A vault before one signer, in a few lines. What matters is the order: the journal has a payment's
 * key before the signer is asked, so that whatever breaks, the same question is asked again.
 */

/**
 * @typedef {import("mayfly/client").Client} Client
 * @typedef {object} Entry A payment in the journal.
 * @property {Uint8Array} psbt As it was drafted.
 * @property {Uint8Array} key 16 bytes, under which the signer knows the call.
 * @property {number} tries How often the signer was asked.
 * @property {"asked" | "signed" | "held"} state `asked` until there is an answer.
 * @property {Uint8Array} [signatures] Once they are there.
 */

/** Nothing came back: the same call may be made again. */
const PASSING = ["link_down", "port_missing", "port_busy", "busy", "timeout"];
/** A person said no, or nobody said anything: that is for people, and never asked again. */
const HELD = ["declined", "consent_timeout"];
const MOST_TRIES = 20;
const PAUSE_MS = 1000;

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => void setTimeout(resolve, ms));
const freshKey = () => crypto.getRandomValues(new Uint8Array(16));

/**
 * @param {object} parts
 * @param {Client} parts.client
 * @param {Uint8Array} parts.walletId
 * @param {Map<string, Entry>} [parts.journal] Where coins are real, this is on a disk.
 * @param {(ms: number) => Promise<unknown>} [parts.pause]
 */
export const createVault = ({ client, walletId, journal = new Map(), pause = sleep }) => {
  /** @type {(id: string, entry: Entry) => Entry} */
  const write = (id, entry) => {
    journal.set(id, entry);
    return entry;
  };

  /** @type {(id: string, entry: Entry) => Promise<Entry>} */
  const ask = async (id, before) => {
    const entry = write(id, { ...before, tries: before.tries + 1 });
    const { psbt, key } = entry;
    const reply = await client.signPsbt({ psbt, walletId }, { idempotencyKey: key });
    if (reply.ok) return write(id, { ...entry, state: "signed", ...reply.value });
    if (HELD.includes(reply.error)) return write(id, { ...entry, state: "held" });
    // It lost its power and has forgotten the key. The PSBT is the same, and so are its coins: two
    // signatures of it are still one payment.
    if (reply.error === "call_indeterminate") return write(id, { ...entry, key: freshKey() });
    if (!PASSING.includes(reply.error)) throw new Error(`payment ${id}: ${reply.error}`);
    return entry;
  };

  return {
    journal,
    /** The signer's phase, or why it does not say. */
    status: async () => {
      const status = await client.getStatus({});
      return status.ok ? status.value.phase : status.error;
    },
    /**
     * Pays once: what was signed or held before is answered from the journal.
     * @param {string} id
     * @param {Uint8Array} psbt
     */
    pay: async (id, psbt) => {
      let entry = journal.get(id) ?? write(id, { psbt, key: freshKey(), tries: 0, state: "asked" });
      for (let left = MOST_TRIES; entry.state === "asked" && left > 0; left -= 1) {
        if (left < MOST_TRIES) await pause(PAUSE_MS);
        entry = await ask(id, entry);
      }
      return entry;
    },
  };
};
