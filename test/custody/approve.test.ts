/** A custodian's approval: for the right device, with the right key, from a custodian's share. */
import { expect, test } from "bun:test";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { approve, formatShareFile, parseShareFile } from "../../host/custody/index.ts";
import { confirmed } from "./confirming.ts";
import { unwrap } from "../driver/lines.ts";
import { custodianOf, genesis, quoteOf } from "./genesis.ts";

test("two of three approvals bring the seed back after a power cut", async () => {
  const made = await genesis();
  made.emulator.powerCut();
  const quote = await quoteOf(made.emulator);
  const [first, second] = [custodianOf(made, 2), custodianOf(made, 0)];
  const shares = [
    unwrap(await approve(await confirmed(quote), first.share, first.key)),
    unwrap(await approve(await confirmed(quote), second.share, second.key)),
  ];
  const client = await made.emulator.connect();
  const { phase, fingerprint } = unwrap(await client.submitShares({ shares }));
  expect([phase, fingerprint]).toEqual(["ready", made.fingerprint]);
  await client.close();
});

test("another custodian's key does not open the share", async () => {
  const made = await genesis();
  const quote = await quoteOf(made.emulator);
  const refused = await approve(
    await confirmed(quote),
    custodianOf(made, 0).share,
    custodianOf(made, 1).key,
  );
  expect(refused).toEqual({ ok: false, error: "share_unreadable" });
});

test("another device's quote is refused by the names of both", async () => {
  const made = await genesis();
  const quote = await quoteOf(await createEmulator({ name: "B" }));
  const { share, key } = custodianOf(made, 0);
  expect(await approve(await confirmed(quote), share, key)).toEqual({
    ok: false,
    error: "share_misaddressed",
    details: { share: "A", quote: "B" },
  });
});

test("what was sealed to a boot is not approved again", async () => {
  const made = await genesis();
  const quote = await quoteOf(made.emulator);
  const { share, key } = custodianOf(made, 0);
  const sealed = unwrap(await approve(await confirmed(quote), share, key));
  const file = unwrap(parseShareFile(formatShareFile(sealed)));
  expect(await approve(await confirmed(quote), file, key)).toEqual({
    ok: false,
    error: "share_malformed",
  });
});

test("a quote whose boot key is no point of the curve is refused", async () => {
  const made = await genesis();
  const quote = await quoteOf(made.emulator);
  const { share, key } = custodianOf(made, 0);
  const weak = { ...quote, bootKey: new Uint8Array(32) };
  expect(await approve(await confirmed(weak), share, key)).toEqual({
    ok: false,
    error: "quote_malformed",
  });
});

test("an altered ciphertext, key or context does not open", async () => {
  const made = await genesis();
  const quote = await quoteOf(made.emulator);
  const { share, key } = custodianOf(made, 0);
  for (const part of ["ciphertext", "encapsulated", "context"] as const) {
    const altered = Uint8Array.from(share.sealed[part]);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const file = { ...share, sealed: { ...share.sealed, [part]: altered } };
    expect(await approve(await confirmed(quote), file, key)).toMatchObject({
      ok: false,
      error: "share_unreadable",
    });
  }
});

test("an approval is for one boot: the next one refuses it", async () => {
  const made = await genesis();
  const quote = await quoteOf(made.emulator);
  const { share, key } = custodianOf(made, 0);
  const sealed = unwrap(await approve(await confirmed(quote), share, key));
  made.emulator.powerCut();
  const client = await made.emulator.connect();
  const refused = await client.submitShares({ shares: [sealed] });
  expect(refused).toMatchObject({ ok: false, error: "share_misaddressed" });
  await client.close();
});
