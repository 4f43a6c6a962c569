/** Params, in wire form, that a device takes: what random changes start from. */
import type { Client } from "../../host/driver/index.ts";
import { type CommandName, type Commands, REGISTRY } from "../../protocol/commands/registry.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { approveAll, type Custodian, quoteOf } from "./custodians.ts";
import { draftBytes } from "./ready-device.ts";

/** A command with params in wire form, and its upload if it has one. */
export type Call = readonly [name: CommandName, params: unknown, upload?: Uint8Array];

const call = <N extends CommandName>(
  name: N,
  params: Commands[N]["params"],
  ...upload: readonly [Uint8Array] | readonly []
): Call => [name, REGISTRY[name].params.toWire(params), ...upload];

/** Calls that a sealed or provisioning device takes; the shares are one of them. */
export const custodyCalls = async (
  client: Client,
  custodians: readonly Custodian[],
): Promise<readonly Call[]> => {
  const shares = await approveAll(await quoteOf(client), custodians);
  const publicKeys = custodians.map(({ key }) => key.publicKey);
  return [
    call("getStatus", {}),
    call("getQuote", { nonce: new Uint8Array(8) }),
    call("submitShares", { shares: shares.slice(0, 1) }),
    call("submitShares", { shares }),
    call("generateSeed", { custodians: publicKeys, threshold: 2 }),
  ];
};

/** Calls that a ready device takes. */
export const readyCalls = (walletId: Uint8Array): readonly Call[] => [
  call("getStatus", {}),
  call("registerWallet", HOT.text),
  call("getXpub", { path: [48 + 2 ** 31, 1 + 2 ** 31, 0] }),
  call("getAddress", { walletId, isChange: false, index: 7, isShown: true }),
  call("signPsbt", { walletId }, draftBytes()),
  call("signPsbt", {}, draftBytes()),
  call("signMessage", {
    walletId,
    isChange: true,
    index: 7,
    message: "Hello\nWorld",
    format: "bip322",
  }),
];
