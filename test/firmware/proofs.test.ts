/** proveFunds, asked over the cable: coins are proved, and nothing that could spend is signed. */
import { describe, expect, test } from "bun:test";
import { networks, Psbt, Transaction } from "bitcoinjs-lib";
import {
  draftProof,
  finaliseProof,
  formatSignature,
  type ProofSignature,
  scriptOf,
  verifyMessage,
} from "../../host/vault/message/index.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import { messageWallet, type MessageTemplate } from "../bitcoin/message/message-wallets.ts";
import { type BenchOptions, createBench, lastQuestion } from "./bench-device.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

const MESSAGE = "Reserves on 1 May";
const SEED = new Uint8Array(32).fill(1);
const COIN_SATS = 50_000;
const ORIGIN = "m/48'/1'/0'/2'";

/** Wallets whose only signer is the device. */
const ALONE: readonly MessageTemplate[] = [
  { template: "pkh(@0/**)" },
  { template: "wpkh(@0/**)" },
  { template: "sh(wpkh(@0/**))" },
  { template: "tr(@0/**)" },
  { template: "tr(@0/**,pk(@1/**))" },
  { template: "sh(multi(1,@0/**,@1/**))" },
  { template: "wsh(sortedmulti(1,@0/**,@1/**))" },
  { template: "sh(wsh(multi(1,@0/**,@1/**)))" },
];

const deviceOf = async (template: MessageTemplate, allows: readonly Allowance[] = []) => {
  const wallet = messageWallet(template);
  const options: BenchOptions = { seed: SEED };
  const bench = createBench(options);
  const client = await bench.connect();
  const policy = allows.length === 0 ? wallet.text : { ...wallet.text, allows };
  const { walletId } = unwrap(await client.registerWallet(policy));
  return { bench, client, wallet, walletId };
};

type Device = Awaited<ReturnType<typeof deviceOf>>;

/** A PSBT whose inputs are two coins of the wallet, as an updater writes it. */
const fundsOf = ({ wallet }: Device): Psbt => {
  const registered = wallet.registeredAs(0);
  const isTaproot = registered.policy.kind === "tr";
  const psbt = new Psbt({ network: networks.regtest });
  for (const index of [3, 8]) {
    const script = unwrap(registered.deriver.derive(1, index));
    const funding = new Transaction();
    funding.addInput(new Uint8Array(32).fill(index), 0);
    funding.addOutput(script.scriptPubKey, BigInt(COIN_SATS));
    const { fingerprint } = at(registered.policy.keys, 0);
    const hint = { masterFingerprint: fingerprint, path: `${ORIGIN}/1/${index}` };
    const pubkey = at(script.publicKeys, 0);
    psbt.addInput({
      hash: funding.getId(),
      index: 0,
      nonWitnessUtxo: funding.toBuffer(),
      witnessUtxo: { script: script.scriptPubKey, value: BigInt(COIN_SATS) },
      ...(isTaproot
        ? { tapBip32Derivation: [{ ...hint, pubkey: pubkey.slice(1), leafHashes: [] }] }
        : { bip32Derivation: [{ ...hint, pubkey }] }),
      ...(script.redeemScript && { redeemScript: script.redeemScript }),
      ...(script.witnessScript && { witnessScript: script.witnessScript }),
    });
  }
  return psbt;
};

const PLACE = { isChange: false, index: 2 } as const;

const draftOf = async (device: Device, funds = fundsOf(device)) => {
  const { client, wallet, walletId } = device;
  const asked = await client.getAddress({ walletId, ...PLACE, isShown: false });
  const { address, scriptPubKey } = unwrap(asked);
  const { redeemScript, witnessScript } = unwrap(wallet.registeredAs(0).deriver.derive(0, 2));
  const scripts = { scriptPubKey, redeemScript, witnessScript };
  return { address, psbt: unwrap(draftProof(MESSAGE, scripts, funds)) };
};

const proveWith = ({ client, walletId }: Device, psbt: Psbt, message = MESSAGE) =>
  client.proveFunds({ walletId, ...PLACE, message, psbt: Uint8Array.from(psbt.toBuffer()) });

describe("proved by the device alone", () => {
  for (const template of ALONE) {
    test(template.template, async () => {
      const device = await deviceOf(template);
      const { address, psbt } = await draftOf(device);
      const result = unwrap(await proveWith(device, psbt));
      expect(result.address).toBe(address);
      const signatures = unwrap(decodeRecords(result.signatures)).map(
        ({ input, leaf, signature }): ProofSignature => ({
          input,
          isLeaf: leaf !== undefined,
          signature,
        }),
      );
      expect(signatures.map(({ input }) => input)).toEqual([0, 1, 2]);
      const script = scriptOf(address) ?? new Uint8Array(0);
      const final = unwrap(finaliseProof(psbt, script, signatures));
      const text = formatSignature({ form: "funds", psbt: final });
      const verified = unwrap(verifyMessage(MESSAGE, address, text));
      expect(verified.coins.map(({ amountSats }) => amountSats)).toEqual([COIN_SATS, COIN_SATS]);
      const { kind, lines } = lastQuestion(device.bench.screens);
      expect([kind, ...lines.slice(-3)]).toEqual([
        "message",
        "Prove funds, spend nothing",
        "2 coins",
        "Proved 0.00100000 BTC",
      ]);
      expect(lines).toContain(`"${MESSAGE}"`);
      expect(device.bench.live()).toEqual(READY_SECRETS);
      await device.client.close();
    });
  }
});

test("the same call again is signed again, and nobody is asked", async () => {
  const device = await deviceOf(at(ALONE, 1));
  const { bench, client, walletId } = device;
  const { psbt } = await draftOf(device);
  const params = { walletId, ...PLACE, message: MESSAGE, psbt: Uint8Array.from(psbt.toBuffer()) };
  const idempotencyKey = new Uint8Array(16).fill(9);
  const questions = (): number => bench.screens.filter(({ kind }) => kind === "message").length;
  const before = questions();
  const first = unwrap(await client.proveFunds(params, { idempotencyKey }));
  const again = unwrap(await client.proveFunds(params, { idempotencyKey }));
  expect([again, questions(), bench.signatures()]).toEqual([first, before + 1, 6]);
  await client.close();
});

describe("refused, and nothing is signed", () => {
  const WPKH = at(ALONE, 1);
  const refusal = async (
    change: (psbt: Psbt) => void,
    message = MESSAGE,
    allows: readonly Allowance[] = [],
  ) => {
    const device = await deviceOf(WPKH, allows);
    const { psbt } = await draftOf(device);
    change(psbt);
    const reply = await proveWith(device, psbt, message);
    expect(device.bench.signatures()).toBe(0);
    await device.client.close();
    return errorOf(reply);
  };

  test("a spend", async () => {
    const device = await deviceOf(WPKH);
    const spend = fundsOf(device);
    spend.addOutput({ script: Uint8Array.of(0x6a), value: 0n });
    expect(errorOf(await proveWith(device, spend))).toBe("proof_malformed");
    expect(device.bench.signatures()).toBe(0);
    await device.client.close();
  });

  test("another message's proof", async () => {
    expect(await refusal(() => undefined, "Reserves on 2 May")).toBe("proof_malformed");
  });

  test("a payment besides", async () => {
    const pay = (psbt: Psbt): void => {
      psbt.addOutput({ script: Uint8Array.of(0x6a), value: 1000n });
    };
    expect(await refusal(pay)).toBe("proof_malformed");
  });

  const TYPES = [
    ["NONE", 2, "sighash-none"],
    ["SINGLE", 3, "sighash-single"],
    ["ALL|ANYONECANPAY, which would spend", 0x81, "sighash-anyone-can-pay"],
  ] as const;
  for (const [name, sighashType, allowance] of TYPES) {
    test(`SIGHASH_${name}, though the wallet allows it for spending`, async () => {
      const ask = (psbt: Psbt): void => {
        at(psbt.data.inputs, 1).sighashType = sighashType;
      };
      expect(await refusal(ask, MESSAGE, [allowance])).toBe("sighash_refused");
    });
  }

  test("a coin without a place, which is nobody's", async () => {
    const hide = (psbt: Psbt): void => {
      delete at(psbt.data.inputs, 2).bip32Derivation;
    };
    expect(await refusal(hide)).toBe("input_foreign");
  });

  test("a coin of another amount", async () => {
    const raise = (psbt: Psbt): void => {
      const { witnessUtxo } = at(psbt.data.inputs, 1);
      if (witnessUtxo !== undefined) witnessUtxo.value += 1n;
    };
    expect(await refusal(raise)).toBe("amount_mismatch");
  });
});
