import { describe, expect, test } from "bun:test";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { Transaction } from "@scure/btc-signer";
import { witnessDigests } from "../../host/control/check/sighash.ts";
import { decodeTransaction } from "../../host/control/check/transaction.ts";
import { PREVOUTS, TX_HEX, walletScript } from "./signed-spend.ts";

const decode = (hex: string) => {
  const tx = decodeTransaction(hex);
  if (tx === undefined) throw new Error("the test's transaction is one");
  return tx;
};

describe("BIP-143", () => {
  test.each([
    {
      name: "Native P2WPKH",
      unsigned:
        "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000" +
        "eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ff" +
        "ffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d" +
        "000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000",
      index: 1,
      scriptCode: "76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac",
      amountSats: 600_000_000n,
      digest: "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670",
    },
    {
      name: "P2SH-P2WSH, 6-of-6 multisig, SIGHASH_ALL",
      unsigned:
        "010000000136641869ca081e70f394c6948e8af409e18b619df2ed74aa106c1ca29787b96e0100000000" +
        "ffffffff0200e9a435000000001976a914389ffce9cd9ae88dcc0631e88a821ffdbe9bfe2688acc0832f" +
        "05000000001976a9147480a33f950689af511e6e84c138dbbd3c3ee41588ac00000000",
      index: 0,
      scriptCode:
        "56210307b8ae49ac90a048e9b53357a2354b3334e9c8bee813ecb98e99a7e07e8c3ba32103b28f0c28bf" +
        "ab54554ae8c658ac5c3e0ce6e79ad336331f78c428dd43eea8449b21034b8113d703413d57761b8b9781" +
        "957b8c0ac1dfe69f492580ca4195f50376ba4a21033400f6afecb833092a9a21cfdf1ed1376e58c5d1f4" +
        "7de74683123987e967a8f42103a6d48b1131e94ba04d9737d61acdaa1322008af9602b3b14862c07a178" +
        "9aac162102d8b661b0b3302ee2f162b09e07a55ad5dfbe673a9f01d9f0c19617681024306b56ae",
      amountSats: 987_654_321n,
      digest: "185c0be5263dce5b4bb50a047973c1b6272bfbd0103a89444597dc40b248ee7c",
    },
  ])("example: $name", ({ unsigned, index, scriptCode, amountSats, digest }) => {
    const digests = witnessDigests(decode(unsigned));
    expect(bytesToHex(digests(index, hexToBytes(scriptCode), amountSats))).toBe(digest);
  });

  test("the digests of a spend are those of @scure/btc-signer", () => {
    const digests = witnessDigests(decode(TX_HEX));
    const other = Transaction.fromRaw(hexToBytes(TX_HEX), { allowUnknownOutputs: true });
    for (const [index, { path, amountSats }] of PREVOUTS.entries()) {
      const { witnessScript } = walletScript(path);
      const amount = BigInt(amountSats);
      expect(digests(index, witnessScript, amount)).toEqual(
        other.preimageWitnessV0(index, witnessScript, 1, amount),
      );
    }
  });
});

test("BIP-141: txid and virtual size are those of @scure/btc-signer", () => {
  const other = Transaction.fromRaw(hexToBytes(TX_HEX), { allowUnknownOutputs: true });
  expect(decode(TX_HEX)).toMatchObject({ txid: other.id, virtualBytes: other.vsize });
});
