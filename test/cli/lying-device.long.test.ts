/** A device that lies: what it says is held against what it was asked, and nothing is announced. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transaction } from "@scure/btc-signer";
import { Psbt, script } from "bitcoinjs-lib";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { registerChecked } from "../../host/cli/registering.ts";
import { openWallet, walletDescriptors } from "../../host/vault/index.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import { cosignerOf, HOT, placeOf, walletOf } from "../bitcoin/wallet-fixture.ts";
import { buildPsbt, STRANGER_SCRIPT } from "../bitcoin/psbt-fixture.ts";
import { unwrap } from "../driver/lines.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty } from "./emulating.ts";
import { knowFakes, type Lies, startFake, statusOf } from "./fake-signer.ts";
import { askMayfly, cleanUp, eventsOf, runMayfly, temporaryFolder, textOf } from "./mayfly.ts";

afterAll(cleanUp);

const home = temporaryFolder();
knowFakes(home);
const file = (name: string): string => join(home, name);
const run = (...words: readonly string[]) => runMayfly({ home }, ...words);

/** One command to one fake, refused with nothing said before. */
const expectRefused = async (lies: Lies, error: ErrorName, ...words: readonly string[]) => {
  const path = startFake(lies);
  const json = await run(...words, "--port", path, "--json");
  expect(eventsOf(json)).toHaveLength(1);
  return expectJsonRefusal(json, error);
};

const FINGERPRINT = cosignerOf(1).master.fingerprint;
const WALLET_ID = new Uint8Array(32).fill(9);
const described = (text: typeof HOT.text) => walletDescriptors(unwrap(openWallet(text, "regtest")));
const own = described(HOT.text);
const evil = described(walletOf("Evil", [66, 67, 68]).text);
const POLICY = file("policy.json");
writeFileSync(POLICY, JSON.stringify(HOT.text));

describe.skipIf(hasNoPty)("pty: wallet register", () => {
  const register = ["wallet", "register", "--policy", POLICY];

  test.concurrent.each([
    ["receive", evil.receive, own.change],
    ["change", own.receive, evil.change],
    ["receive", own.change, own.receive],
    ["receive", `${own.receive}\u200b`, own.change],
  ])("another %s descriptor is refused", async (branch, receive, change) => {
    const lies: Lies = { registerWallet: () => ({ walletId: WALLET_ID, receive, change }) };
    const error = await expectRefused(lies, "malformed_reply", ...register);
    expect(error).toMatchObject({ error: { details: { descriptor: branch } } });
  });

  test.concurrent("the host's own texts are printed", async () => {
    const { receive, change } = own;
    const path = startFake({ registerWallet: () => ({ walletId: WALLET_ID, receive, change }) });
    const made = await askMayfly({ home }, ...register, "--port", path);
    expect(made["descriptors"]).toEqual([receive, change]);
  });

  test.concurrent("a success for a policy that the host cannot open is refused", async () => {
    const [first = ""] = HOT.text.keys;
    const odd = file("odd.json");
    writeFileSync(odd, JSON.stringify({ ...HOT.text, keys: [first, first, first] }));
    const { receive, change } = own;
    const lies: Lies = { registerWallet: () => ({ walletId: WALLET_ID, receive, change }) };
    await expectRefused(lies, "malformed_reply", "wallet", "register", "--policy", odd);
  });
});

test("a policy that the host cannot open is refused by the device's own word", async () => {
  const client = await (await createEmulator({ seed: new Uint8Array(32).fill(1) })).connect();
  const [first = ""] = HOT.text.keys;
  const refused = await registerChecked(client, { ...HOT.text, keys: [first, first, first] });
  expect(refused).toMatchObject({ ok: false, error: "wallet_key_repeated" });
  await client.close();
});

describe.skipIf(hasNoPty)("pty: genesis", () => {
  test.concurrent("no shares for two custodians: refused, no file written", async () => {
    const keys = await Promise.all(
      ["a", "b"].map(async (name) =>
        textOf(await askMayfly({ home }, "custodian", "init", "--out", file(name)), "public"),
      ),
    );
    const lies: Lies = { generateSeed: () => ({ fingerprint: FINGERPRINT, shares: [] }) };
    const words = ["genesis", "--custodian", ...keys, "--threshold=2", "--out", file("shares")];
    await expectRefused(lies, "malformed_reply", ...words);
    expect(existsSync(file("shares")) ? readdirSync(file("shares")) : []).toEqual([]);
  });
});

describe.skipIf(hasNoPty)("pty: sign", () => {
  const coins = [0, 1].map((index) => ({
    wallet: HOT,
    branch: 0 as const,
    index,
    amountSats: 100_000,
  }));
  const psbt = buildPsbt({ coins, outputs: [{ script: STRANGER_SCRIPT, amountSats: 190_000 }] });
  const PSBT_FILE = file("spend.psbt");
  writeFileSync(PSBT_FILE, psbt.toBase64());

  /** The holder's good signatures. */
  const signaturesBy = (byte: number) => {
    const { account } = cosignerOf(byte);
    const signed = Psbt.fromBuffer(psbt.toBuffer());
    for (const index of [0, 1]) signed.signInput(index, account.derive(0).derive(index));
    return signed.data.inputs.flatMap(({ partialSig }, input) =>
      (partialSig ?? []).map((one): SignatureRecord => {
        const { signature, hashType } = script.signature.decode(one.signature);
        return { input, key: 0, sighash: hashType, signature };
      }),
    );
  };
  const fake = (byte: number, signatures: ReturnType<typeof signaturesBy>): Lies => ({
    getStatus: () => statusOf({ fingerprint: cosignerOf(byte).master.fingerprint }),
    signPsbt: () => ({ walletId: WALLET_ID, signatures: encodeRecords(signatures) }),
  });

  test.concurrent("none of two inputs, or one of two, is refused", async () => {
    for (const signed of [0, 1]) {
      const lies = fake(1, signaturesBy(1).slice(0, signed));
      const error = await expectRefused(lies, "signature_invalid", "sign", PSBT_FILE);
      expect(error).toMatchObject({ error: { details: { signed, inputs: 2, device: "A" } } });
    }
  });

  test.concurrent("a master with no key in it, which signs nothing, is refused", async () => {
    const error = await expectRefused(fake(50, []), "signature_invalid", "sign", PSBT_FILE);
    expect(error).toMatchObject({ error: { details: { signed: 0, inputs: 0 } } });
  });

  test.concurrent("a refusal does not cost the signatures of the device before", async () => {
    const good = startFake(fake(1, signaturesBy(1)));
    const bad = startFake(fake(2, []));
    const signed = await run("sign", PSBT_FILE, "--port", good, bad, "--json");
    expectJsonRefusal(signed, "signature_invalid");
    const [event = {}] = eventsOf(signed);
    expect(event).toMatchObject({ event: "signed", complete: false });
    const kept = Psbt.fromBase64(textOf(event, "psbt"));
    expect(kept.data.inputs.map(({ partialSig }) => partialSig?.length)).toEqual([1, 1]);
  });

  test.concurrent("a PSBT of version 2 comes back as one, signed", async () => {
    const version2 = Transaction.fromPSBT(Uint8Array.from(psbt.toBuffer())).toPSBT(2);
    writeFileSync(file("version-2.psbt"), version2);
    const ports = [1, 2].map((byte) => startFake(fake(byte, signaturesBy(byte))));
    const signed = await askMayfly({ home }, "sign", file("version-2.psbt"), "--port", ...ports);
    expect(signed["complete"]).toBe(true);
    expect(signed["signatures"]).toHaveLength(4);
    const back = Transaction.fromPSBT(Uint8Array.fromBase64(textOf(signed, "psbt")));
    expect(back.opts.PSBTVersion).toBe(2);
    expect([0, 1].map((input) => back.getInput(input).partialSig?.length)).toEqual([2, 2]);
  });

  test.concurrent("complete is what verifies, not what is counted", async () => {
    const forged = Psbt.fromBuffer(psbt.toBuffer());
    const good = signaturesBy(2);
    for (const [index, input] of forged.data.inputs.entries()) {
      const pubkey = cosignerOf(2).account.derive(0).derive(index).publicKey;
      // The other input's signature: well-formed, and wrong here.
      const signature = good[1 - index]?.signature ?? new Uint8Array(0);
      input.partialSig = [{ pubkey, signature }];
    }
    writeFileSync(file("forged.psbt"), forged.toBase64());
    const port = startFake(fake(1, signaturesBy(1)));
    const half = await askMayfly({ home }, "sign", file("forged.psbt"), "--port", port);
    expect(half["complete"]).toBe(false);
    const other = startFake(fake(2, good));
    const both = await askMayfly({ home }, "sign", PSBT_FILE, "--port", port, other);
    expect(both["complete"]).toBe(true);
  });
});

describe.skipIf(hasNoPty)("pty: xpub and address", () => {
  const { account, master } = cosignerOf(1);
  const tpub = account.neutered().toBase58();
  const path = "m/48'/1'/0'/2'";

  test.concurrent.each([
    ["no key", path, "tpubATTACKER not an xpub"],
    ["a wrong checksum", path, `${tpub.slice(0, -1)}${tpub.endsWith("1") ? "2" : "1"}`],
    ["a private key", path, account.toBase58()],
    ["another depth", path, master.neutered().toBase58()],
    ["another child", "m/48'/1'/0'/1'", tpub],
    ["another master", "m", cosignerOf(2).master.neutered().toBase58()],
  ])("xpub: %s is refused", async (_, asked, xpub) => {
    const lies: Lies = { getXpub: () => ({ xpub, fingerprint: FINGERPRINT }) };
    await expectRefused(lies, "malformed_reply", "xpub", "--path", asked);
  });

  test.concurrent("xpub: the right one is printed with its origin", async () => {
    const port = startFake({ getXpub: () => ({ xpub: tpub, fingerprint: FINGERPRINT }) });
    const { key } = await askMayfly({ home }, "xpub", "--path", path, "--port", port);
    expect(key).toBe(cosignerOf(1).keyText);
  });

  test.concurrent.each([
    ["without a checksum", "bcrt1qattackersaddresswithoutchecksum", placeOf(HOT, 0, 0)],
    ["of another script", placeOf(HOT, 0, 1).address, placeOf(HOT, 0, 0)],
    ["of no script", placeOf(HOT, 0, 0).address, { scriptPubKey: new Uint8Array(34) }],
  ])("wallet address: one %s is refused", async (_, address, { scriptPubKey }) => {
    const lies: Lies = { getAddress: () => ({ address, scriptPubKey }) };
    const words = ["wallet", "address", "--wallet", "09".repeat(32), "--index", "0"];
    await expectRefused(lies, "malformed_reply", ...words);
  });
});

describe.skipIf(hasNoPty)("pty: a wallet that the host derives too", () => {
  const address = ["wallet", "address", "--wallet", "09".repeat(32), "--index", "0"];
  const replies = (index: number): Lies => ({ getAddress: () => placeOf(HOT, 0, index) });

  test.concurrent("another address of the wallet is refused, the right one printed", async () => {
    const lies = replies(1);
    const error = await expectRefused(lies, "malformed_reply", ...address, "--policy", POLICY);
    expect(error).toMatchObject({ error: { details: { why: "the script is not the policy's" } } });
    const port = startFake(replies(0));
    const said = await askMayfly({ home }, ...address, "--policy", POLICY, "--port", port);
    expect(said["address"]).toBe(placeOf(HOT, 0, 0).address);
  });

  test.concurrent("another branch is refused", async () => {
    const words = [...address, "--change", "--policy", POLICY];
    await expectRefused(replies(0), "malformed_reply", ...words);
  });

  test.concurrent("a policy that is none is refused", async () => {
    const odd = file("odd-template.json");
    writeFileSync(
      odd,
      JSON.stringify({ ...HOT.text, template: "wsh(multi(4,@0/**,@1/**,@2/**))" }),
    );
    await expectRefused(replies(0), "wallet_malformed", ...address, "--policy", odd);
  });

  test.concurrent.each([
    ["taproot", "tr(@0/**,{multi_a(2,@1/**,@2/**),pk(@1/<2;3>/*)})"],
    ["legacy", "sh(multi(2,@0/<7;9>/*,@1/**,@2/**))"],
  ])("%s: its descriptors are the host's, or refused", async (name, template) => {
    const text = { ...HOT.text, template };
    const { receive, change } = described(text);
    const policy = file(`${name}.json`);
    writeFileSync(policy, JSON.stringify(text));
    const register = ["wallet", "register", "--policy", policy];
    const lies = (one: string): Lies => ({
      registerWallet: () => ({ walletId: WALLET_ID, receive: one, change }),
    });
    const made = await askMayfly({ home }, ...register, "--port", startFake(lies(receive)));
    expect(made["descriptors"]).toEqual([receive, change]);
    await expectRefused(lies(own.receive), "malformed_reply", ...register);
  });
});

test.skipIf(hasNoPty)("pty: a name is shown and never obeyed, nor lost to programs", async () => {
  const name = "A\u202egp.exe\u2028\u200b\u001b[2J";
  const port = startFake({ getStatus: () => statusOf({ name }), seal: () => ({}) });
  knowFakes(home, name);
  const people = await run("status", "--port", port);
  expect(people.stdout).toStartWith("A\ufffdgp.exe\ufffd\ufffd\ufffd[2J: ready");
  const programs = await run("seal", "--port", port, "--json");
  for (const character of "\u202e\u2028\u200b\u001b") {
    expect(programs.stdout).not.toContain(character);
  }
  expect(eventsOf(programs).at(-1)).toEqual({ event: "sealed", name });
  expectSentence(await run("xpub", "--path", "m/\u202e1", "--port", port), "arguments_invalid", 2);
});
