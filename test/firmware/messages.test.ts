/** signMessage, asked over the cable: what is shown, what is signed, and what is refused. */
import { describe, expect, test } from "bun:test";
import { completeMessage, verifyMessage } from "../../host/vault/message/index.ts";
import { decodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import {
  messageWallet,
  type MessageTemplate,
  type MessageWallet,
  signedMessage,
  signMessageAs,
  TEMPLATES,
} from "../bitcoin/message/message-wallets.ts";
import { type BenchOptions, createBench, lastQuestion, settle } from "./bench-device.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { readyDevice } from "./ready-device.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

const PARAMS = { isChange: false, index: 5, message: "I am\nhere", format: "bip322" } as const;
const REQUEST = { ...PARAMS, branch: 0 } as const;

/** The first key that somebody holds. */
const keyOf = ({ isFirstNobodys }: MessageTemplate): number => (isFirstNobodys === true ? 1 : 0);

/** A device of that key's holder, who knows the wallet. */
const deviceOf = async (template: MessageTemplate, options: BenchOptions = {}) => {
  const wallet = messageWallet(template);
  const bench = createBench({ seed: new Uint8Array(32).fill(keyOf(template) + 1), ...options });
  const client = await bench.connect();
  const { walletId } = unwrap(await client.registerWallet(wallet.text));
  return { bench, client, wallet, walletId };
};

const recordsOf = (signatures: Uint8Array): readonly SignatureRecord[] =>
  unwrap(decodeRecords(signatures));

const byLeaf = (records: readonly { leaf?: number; signature: Uint8Array }[]) =>
  records.map(({ leaf, signature }) => [leaf, signature.toHex()]);

const form = (wallet: MessageWallet, key: number, records: readonly SignatureRecord[]) => {
  const given = signMessageAs(wallet, key, REQUEST);
  const text = completeMessage(signedMessage(PARAMS.message, given, records), false);
  if (!text.ok) return text.error;
  return unwrap(verifyMessage(PARAMS.message, given.plan.address, text.value)).form;
};

describe("signed with the keys of the device", () => {
  for (const template of TEMPLATES) {
    test(template.template, async () => {
      const { bench, client, wallet, walletId } = await deviceOf(template);
      const key = keyOf(template);
      const result = unwrap(await client.signMessage({ walletId, ...PARAMS }));
      const { plan, signatures } = signMessageAs(wallet, key, REQUEST);
      const records = recordsOf(result.signatures);
      expect(result.address).toBe(plan.address);
      expect(byLeaf(records)).toEqual(byLeaf(signatures));
      const sighash = template.template.startsWith("tr(") ? 0 : 1;
      expect(records).toEqual(records.map((one) => ({ ...one, input: 0, key, sighash })));
      expect([result.redeemScript, result.witnessScript, result.leaves ?? []]).toEqual([
        plan.script.redeemScript,
        plan.script.witnessScript,
        plan.leaves,
      ]);
      const isAlone = plan.tasks.length > 0 && form(wallet, key, records) !== "signers_missing";
      const needsOthers = /multi(?:_a)?\([23]/.test(template.template);
      expect(isAlone).toBe(!needsOthers || template.template.includes("multi_a(1,"));
      expect(bench.live()).toEqual(READY_SECRETS);
      await client.close();
    });
  }

  test("the legacy form has a sighash of 0", async () => {
    const { client, walletId } = await deviceOf(at(TEMPLATES, 0));
    const result = unwrap(await client.signMessage({ walletId, ...PARAMS, format: "legacy" }));
    expect(recordsOf(result.signatures)).toMatchObject([{ input: 0, key: 0, sighash: 0 }]);
    await client.close();
  });
});

describe("consent", () => {
  test("the whole message is on the screen, and nothing is signed before the press", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    await bench.pass(1000);
    const asked = client.signMessage({ walletId, ...PARAMS });
    await settle();
    const { kind, lines } = lastQuestion(bench.screens);
    expect([kind, lines[0], lines[1], lines.at(-1)]).toEqual([
      "message",
      "Sign this message?",
      "Wallet: Hot wallet",
      '"I am\\nhere"',
    ]);
    expect(bench.signatures()).toBe(0);
    bench.press("yes");
    const { address } = unwrap(await asked);
    expect(lines.join("").replaceAll(" ", "")).toContain(address);
    expect(bench.signatures()).toBe(1);
    await client.close();
  });

  test("a no is a no, and signs nothing", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    await bench.pass(1000);
    const asked = client.signMessage({ walletId, ...PARAMS });
    await settle();
    bench.press("no");
    expect(errorOf(await asked)).toBe("declined");
    expect([bench.signatures(), bench.live()]).toEqual([0, READY_SECRETS]);
    await client.close();
  });

  test("the same call again costs no second press, and has the same answer", async () => {
    const { bench, client, walletId } = await readyDevice();
    const idempotencyKey = new Uint8Array(16).fill(7);
    const questions = () => bench.screens.filter(({ kind }) => kind === "message").length;
    const before = questions();
    const first = unwrap(await client.signMessage({ walletId, ...PARAMS }, { idempotencyKey }));
    const again = unwrap(await client.signMessage({ walletId, ...PARAMS }, { idempotencyKey }));
    expect([again, questions()]).toEqual([first, before + 1]);
    await client.close();
  });

  test("a device that restarted while it asked signs nothing", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    await bench.pass(1000);
    const asked = client.signMessage({ walletId, ...PARAMS }, { timeoutMs: 5000 });
    await settle();
    bench.reboot("power");
    bench.press("yes");
    await bench.pass(6000);
    expect(errorOf(await asked)).not.toBe("not refused");
    expect(bench.signatures()).toBe(0);
    await client.close();
  });
});

describe("refused before anybody is asked", () => {
  const LONG = "x".repeat(1025);
  const CASES = [
    ["a wallet that is not registered", { walletId: new Uint8Array(32) }, "wallet_unknown"],
    ["the legacy form of a multisig", { format: "legacy" }, "message_unsupported"],
    ["a message of 1,025 bytes", { message: LONG }, "invalid_params"],
    ["a message of 342 letters of 3 bytes", { message: "€".repeat(342) }, "invalid_params"],
    ["half of a surrogate pair", { message: "\ud83d" }, "invalid_params"],
    ["a hardened index", { index: 2 ** 31 }, "invalid_params"],
  ] as const;
  for (const [claim, changed, error] of CASES) {
    test(`${claim}: ${error}`, async () => {
      const { bench, client, walletId } = await readyDevice();
      const screens = bench.screens.length;
      const reply = await client.signMessage({ walletId, ...PARAMS, ...changed });
      expect(errorOf(reply)).toBe(error);
      expect([bench.screens.length, bench.signatures()]).toEqual([screens, 0]);
      await client.close();
    });
  }

  test("1,024 bytes are signed", async () => {
    const { client, walletId } = await readyDevice();
    const message = "x".repeat(1024);
    expect(unwrap(await client.signMessage({ walletId, ...PARAMS, message })).address).toBe(
      unwrap(await client.getAddress({ walletId, isChange: false, index: 5, isShown: false }))
        .address,
    );
    await client.close();
  });
});
