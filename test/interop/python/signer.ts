/** An emulated signer with keys for the client in Python: its port, its codes, wallets for it. */
import { HDKey } from "@scure/bip32";
import { type Emulating, startEmulating } from "../../cli/emulating.ts";
import { type JsonEvent, textOf } from "../../cli/mayfly.ts";
import { type ClientRun, endOf, startClient } from "./client.ts";

const SEED = `${"abandon ".repeat(11)}about`.split(" ");
const TESTNET = { private: 0x04358394, public: 0x043587cf };

/** Where the keys of its wallets stand. */
export const ORIGIN = "48'/1'/0'/2'";

/** A signer with keys, and its port. */
export interface Signer {
  readonly emulating: Emulating;
  readonly port: string;
  readonly linkKey: string;
  /** The words on the screen, once they are there that were not there before. */
  readonly nextCode: () => Promise<readonly string[]>;
}

const linesOf = ({ lines }: JsonEvent): readonly string[] =>
  Array.isArray(lines) ? lines.map(String) : [];

/** Starts one, always of the same seed, whose buttons are pressed or are to be pressed. */
export const startSigner = async (home: string, approve: "ask" | "auto"): Promise<Signer> => {
  const words = ["--approve", approve, "--insecure-mnemonic", ...SEED];
  const emulating = startEmulating(home, ...words);
  const [listening = {}] = await emulating.listening();
  const codes = new Set<string>(); // a code that is still good is shown again after a question
  const isNewCode = (event: JsonEvent): boolean =>
    event["kind"] === "pairing-code" && !codes.has(linesOf(event).join(" "));
  return {
    emulating,
    port: textOf(listening, "path"),
    linkKey: textOf(listening, "linkKey"),
    nextCode: async () => {
      const code = linesOf(await emulating.next(isNewCode));
      codes.add(code.join(" "));
      return code;
    },
  };
};

/** Runs the client with `pair` among its steps; `spoil` changes the words that it is told. */
export const pairWith = async (
  signer: Signer,
  words: readonly string[],
  spoil = (code: readonly string[]): readonly string[] => code,
): Promise<ClientRun> => {
  const client = startClient(signer.port, ...words);
  client.tell(spoil(await signer.nextCode()).join(" "));
  return endOf(client);
};

/** Writes a wallet of 15 keys, 14 of them strangers': its descriptors do not fit a message. */
export const writePolicy = async (file: string, own: string): Promise<void> => {
  const strangers = Array.from({ length: 14 }, (_, index) => {
    const root = HDKey.fromMasterSeed(new Uint8Array(32).fill(index + 1), TESTNET);
    const print = root.fingerprint.toString(16).padStart(8, "0");
    return `[${print}/${ORIGIN}]${root.derive(`m/${ORIGIN}`).publicExtendedKey}`;
  });
  const keys = [own, ...strangers];
  const places = keys.map((_, index) => `@${index}/**`).join(",");
  const template = `wsh(sortedmulti(8,${places}))`;
  await Bun.write(file, JSON.stringify({ name: "Fifteen", template, keys }));
};
