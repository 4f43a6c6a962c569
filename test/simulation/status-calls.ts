/** Calls beside the work: status, keys and addresses, which any role may ask for. */
import type { Client } from "../../host/driver/index.ts";
import type { Outcome } from "../../protocol/errors.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import type { Chance } from "./chance.ts";
import type { Process } from "./process.ts";

/** How often, and until when. */
export interface StatusHabits {
  /** Milliseconds between two calls, about; 0 for none. */
  readonly statusMs: number;
  readonly chance: Chance;
  readonly isResting: () => boolean;
}

const ACCOUNT = [48, 1, 0, 2].map((step) => step + 2 ** 31);
const TIMEOUT_MS = 10_000;

const askOnce = (own: Process, client: Client, chance: Chance): Promise<Outcome<unknown>> => {
  switch (chance.below(4)) {
    case 0:
      return own.call("getXpub", TIMEOUT_MS, (how) => client.getXpub({ path: ACCOUNT }, how));
    case 1: {
      const place = { walletId: HOT.registered.id, isChange: false, index: 7, isShown: false };
      return own.call("getAddress", TIMEOUT_MS, (how) => client.getAddress(place, how));
    }
    default:
      return own.call("getStatus", TIMEOUT_MS, (how) => client.getStatus({}, how));
  }
};

/** Asks for something every so often, as long as the process lives. */
export const askOn = async (
  own: Process,
  { statusMs, chance, isResting }: StatusHabits,
): Promise<void> => {
  const drawn = chance.fork(`status ${own.actor.name}`);
  while (statusMs > 0 && own.actor.isAlive()) {
    await own.wait(drawn.between(1, 2 * statusMs));
    if (isResting()) return;
    const client = await own.client();
    if (client !== undefined && own.actor.isAlive()) await askOnce(own, client, drawn);
  }
};
