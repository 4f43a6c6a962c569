/** Every command's handler, one file per subject, as in protocol/commands. */
import type { Handlers } from "../dispatch.ts";
import { auditHandlers } from "./audit.ts";
import { custodyHandlers } from "./custody.ts";
import { messageHandlers } from "./message.ts";
import { pairingHandlers } from "./pairing.ts";
import { signingHandlers } from "./signing.ts";
import { statusHandlers } from "./status.ts";
import { timeHandlers } from "./time.ts";
import { walletHandlers } from "./wallet.ts";

/** The handlers of the registry's commands. */
export const handlers: Handlers = {
  ...statusHandlers,
  ...pairingHandlers,
  ...custodyHandlers,
  ...timeHandlers,
  ...walletHandlers,
  ...signingHandlers,
  ...messageHandlers,
  ...auditHandlers,
};
