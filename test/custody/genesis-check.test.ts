/** A genesis's reply against its request: what a lying device may not pass off as our shares. */
import { expect, test } from "bun:test";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { type SealedShare, SHARE_CONTEXT, type ShareContext } from "../../protocol/share.ts";
import { checkGenesis, type GenesisReply, generateCustodianKey } from "../../host/custody/index.ts";
import { unwrap } from "../driver/lines.ts";
import { createEmulator } from "../../hardware/emulator/index.ts";

const custodians = [0, 1, 2].map(() => generateCustodianKey().publicKey);

const made = async () => {
  const client = await (await createEmulator()).connect();
  const { name, bootId } = unwrap(await client.getStatus({}));
  const reply = unwrap(await client.generateSeed({ custodians, threshold: 2 }));
  await client.close();
  return { request: { device: name, bootId, custodians, threshold: 2 }, reply };
};

const genesis = await made();

/** The reply with one share's context rewritten. */
const withContext = (
  at: number,
  change: (context: ShareContext) => ShareContext,
): GenesisReply => ({
  ...genesis.reply,
  shares: genesis.reply.shares.map((share, i): SealedShare => {
    const context = decodeAs(SHARE_CONTEXT, share.context);
    if (i !== at || context === undefined) return share;
    return { ...share, context: encodeAs(SHARE_CONTEXT, change(context)) };
  }),
});

const inHeader = (fields: Partial<ShareContext["header"]>) => (context: ShareContext) => ({
  ...context,
  header: { ...context.header, ...fields },
});

const [stranger] = [generateCustodianKey().publicKey];

test("an emulator's own reply fits", () => {
  const contexts = unwrap(checkGenesis(genesis.request, genesis.reply));
  expect(contexts.map(({ custodian }) => custodian)).toEqual(custodians);
});

const LIES: readonly (readonly [string, (context: ShareContext) => ShareContext])[] = [
  ["purpose", (context) => ({ ...context, purpose: "boot" })],
  ["device", (context) => ({ ...context, device: "B" })],
  ["boot", (context) => ({ ...context, bootId: new Uint8Array(16) })],
  ["custodian", (context) => ({ ...context, custodian: stranger })],
  ["recipient", (context) => ({ ...context, recipient: stranger })],
  ["fingerprint", (context) => ({ ...context, fingerprint: new Uint8Array(4) })],
  ["threshold", inHeader({ memberThreshold: 3 })],
  ["group", inHeader({ groupCount: 2 })],
  ["group", inHeader({ groupThreshold: 2 })],
  ["group", inHeader({ groupIndex: 1 })],
];

test.each(LIES)("a share with another %s is refused, wherever it stands", (why, lie) => {
  for (const at of [0, 2]) {
    const refused = { ok: false, error: "malformed_reply", details: { share: at + 1, why } };
    expect(checkGenesis(genesis.request, withContext(at, lie))).toMatchObject(refused);
  }
});

test("shares of two splits, or one member twice, are refused", () => {
  const [first] = unwrap(checkGenesis(genesis.request, genesis.reply));
  if (first === undefined) throw new Error("a share");
  const identifier = first.header.identifier ^ 1;
  const mixed = withContext(1, inHeader({ identifier }));
  expect(checkGenesis(genesis.request, mixed)).toMatchObject({ details: { why: "identifier" } });
  const twice = withContext(1, inHeader({ memberIndex: first.header.memberIndex }));
  expect(checkGenesis(genesis.request, twice)).toMatchObject({ error: "malformed_reply" });
});

test("too few shares, none, in another order, or without a context are refused", () => {
  const { shares } = genesis.reply;
  const [first] = shares;
  if (first === undefined) throw new Error("a share");
  const blank = { ...first, context: Uint8Array.of(0xff) };
  for (const other of [[], shares.slice(1), [...shares, first], shares.toReversed()]) {
    const reply = { ...genesis.reply, shares: other };
    expect(checkGenesis(genesis.request, reply)).toMatchObject({ error: "malformed_reply" });
  }
  const unread = { ...genesis.reply, shares: [blank, ...shares.slice(1)] };
  expect(checkGenesis(genesis.request, unread)).toMatchObject({ details: { why: "context" } });
});
