/** `mayfly message sign` and `verify` through emulators, and what another library says of them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { networks, payments } from "bitcoinjs-lib";
import { verifyMessage } from "../../host/vault/message/index.ts";
import { expectJsonRefusal, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  type JsonEvent,
  runMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";
import { psbtByBitcoinjs } from "./spending.ts";

afterAll(cleanUp);

const home = temporaryFolder();
const file = (name: string): string => join(home, name);
const ask = (...words: readonly string[]) => askMayfly({ home }, ...words);

/** BIP-39's own example words, and others: known to all, of tests only. */
const WORDS = [
  `${"abandon ".repeat(11)}about`,
  "legal winner thank year wave sausage worth useful legal winner thank yellow",
] as const;

const TEMPLATES = [
  "wsh(sortedmulti(2,@0/**,@1/**))",
  "pkh(@0/**)",
  "wpkh(@0/**)",
  "sh(wpkh(@0/**))",
  "tr(@0/**)",
  "sh(wsh(sortedmulti(1,@0/**,@1/**)))",
] as const;

type Template = (typeof TEMPLATES)[number];

const walletIds = new Map<string, string>();
const of = (template: Template, index = 3): readonly string[] => [
  "--wallet",
  walletIds.get(template) ?? "",
  "--index",
  `${index}`,
];

const keyOf = async (name: string): Promise<string> =>
  textOf(await ask("xpub", "--port", name, "--path", "m/48'/1'/0'/2'"), "key");

let keys: readonly string[] = [];

const MESSAGE = "Wir zahlen 1 BTC | „heute“\nA & B";

const sign = (...words: readonly string[]) => ask("message", "sign", MESSAGE, ...words);

const formOf = (event: JsonEvent, message = MESSAGE): string => {
  const verified = verifyMessage(message, textOf(event, "address"), textOf(event, "signature"));
  return verified.ok ? verified.value.form : verified.error;
};

describe.skipIf(hasNoPty)("pty: signed messages", () => {
  let emulating: ReturnType<typeof startEmulating>;

  beforeAll(async () => {
    writeFileSync(file("words"), `${WORDS.join("\n")}\n`);
    emulating = startEmulating(home, "--count", "2", "--insecure-mnemonic-file", file("words"));
    await emulating.listening(2);
    keys = await Promise.all(["A", "B"].map(keyOf));
  });

  test.each([...TEMPLATES])("wallet register: %s", async (template) => {
    const isShared = template.includes("@1");
    const policy = { name: "Speaker", template, keys: isShared ? keys : keys.slice(0, 1) };
    writeFileSync(file("policy.json"), JSON.stringify(policy));
    const names = isShared ? ["A", "B"] : ["A"];
    const made = await Promise.all(
      names.map((name) =>
        ask("wallet", "register", "--port", name, "--policy", file("policy.json")),
      ),
    );
    for (const event of made) walletIds.set(template, textOf(event, "walletId"));
    expect(new Set(made.map((event) => textOf(event, "walletId"))).size).toBe(1);
  });

  const ALONE = [
    ["pkh(@0/**)", "ful", "full"],
    ["wpkh(@0/**)", "smp", "simple"],
    ["sh(wpkh(@0/**))", "ful", "full"],
    ["tr(@0/**)", "smp", "simple"],
    ["sh(wsh(sortedmulti(1,@0/**,@1/**)))", "ful", "full"],
  ] as const;
  for (const [template, prefix, form] of ALONE) {
    test(`${template}: ${form}`, async () => {
      const signed = await sign("--port", "A", ...of(template));
      expect(Object.keys(signed)).toEqual(["event", "signature", "address"]);
      expect(textOf(signed, "event")).toBe("message");
      expect(textOf(signed, "signature")).toStartWith(prefix);
      expect(formOf(signed)).toBe(form);
      expect(formOf(signed, "Wir zahlen 2 BTC")).toBe("signature_invalid");
      const words = ["--wallet", walletIds.get(template) ?? "", "--index", "3"];
      const shown = await ask("wallet", "address", "--port", "A", ...words);
      expect(textOf(signed, "address")).toBe(textOf(shown, "address"));
    });
  }

  test("the screen shows the message quoted, the wallet and the address", async () => {
    const signed = await sign("--port", "A", ...of("wpkh(@0/**)", 9), "--change");
    const shown = await emulating.next(
      ({ kind, lines }) =>
        kind === "message" && Array.isArray(lines) && lines.includes("Change address 9"),
    );
    const lines = Array.isArray(shown["lines"]) ? shown["lines"].map(String) : [];
    expect(lines).toContain("Wallet: Speaker");
    expect(lines.join("").replaceAll(" ", "")).toContain(textOf(signed, "address"));
    expect(lines.at(-1)).toEndWith('A & B"');
    for (const line of lines) expect(line).toMatch(/^[ -{}~]+$/);
  });

  test("2 of 2: both devices make one signature, one alone does not", async () => {
    const template = "wsh(sortedmulti(2,@0/**,@1/**))";
    const signed = await sign("--port", "A", "B", ...of(template));
    expect(formOf(signed)).toBe("simple");
    const full = await sign("--port", "B", "--port", "A", "--full", ...of(template));
    expect([formOf(full), textOf(full, "signature").slice(0, 3)]).toEqual(["full", "ful"]);
    const words = ["message", "sign", MESSAGE, "--port", "A", ...of(template)];
    const alone = expectJsonRefusal(
      await runMayfly({ home }, ...words, "--json"),
      "signers_missing",
    );
    expect(alone).toMatchObject({ error: { details: { have: 1, need: 2 } } });
  });

  test("--funds: the coins of a PSBT, by both devices", async () => {
    writeFileSync(file("coins.psbt"), psbtByBitcoinjs(keys));
    const template = "wsh(sortedmulti(2,@0/**,@1/**))";
    const funds = ["--funds", file("coins.psbt")];
    const signed = await sign("--port", "A", "B", ...of(template), ...funds);
    expect(textOf(signed, "signature")).toStartWith("pofcHNidP");
    const [address, signature] = [textOf(signed, "address"), textOf(signed, "signature")];
    const verified = verifyMessage(MESSAGE, address, signature);
    expect(verified).toMatchObject({ ok: true, value: { form: "funds" } });
    const words = ["--address", address, "--signature", signature];
    const event = await ask("message", "verify", MESSAGE, ...words);
    expect(event["coins"]).toMatchObject([{ amountSats: 60_000 }, { amountSats: 60_000 }]);
    const alone = ["message", "sign", MESSAGE, "--port", "A", ...of("wpkh(@0/**)"), ...funds];
    expectJsonRefusal(await runMayfly({ home }, ...alone, "--json"), "input_foreign");
  });

  test("--legacy: 65 bytes from which the address's key is recovered", async () => {
    for (const [template, low] of [
      ["pkh(@0/**)", 31],
      ["sh(wpkh(@0/**))", 35],
      ["wpkh(@0/**)", 39],
    ] as const) {
      const signed = await sign("--port", "A", "--legacy", ...of(template));
      const [header = 0] = Uint8Array.fromBase64(textOf(signed, "signature"));
      expect(header).toBeWithin(low, low + 4);
      expect(formOf(signed)).toBe("legacy");
    }
    const words = ["message", "sign", MESSAGE, "--port", "A", "--legacy", ...of("tr(@0/**)")];
    expectSentence(await runMayfly({ home }, ...words), "message_unsupported");
  });

  test("for people: the signature and nothing else", async () => {
    const run = await runMayfly(
      { home },
      "message",
      "sign",
      "Hi",
      "--port",
      "A",
      ...of("wpkh(@0/**)"),
    );
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^smp[A-Za-z0-9+/]+=*\n$/);
  });

  test("a wallet that is not registered", async () => {
    const words = [
      "message",
      "sign",
      "Hi",
      "--port",
      "A",
      "--wallet",
      "00".repeat(32),
      "--index",
      "0",
    ];
    expectJsonRefusal(await runMayfly({ home }, ...words, "--json"), "wallet_unknown");
  });
});

describe("message sign: what is not understood is refused without a device", () => {
  const WALLET = ["--wallet", "00".repeat(32)];
  const CASES = [
    ["no wallet", ["Hi", "--port", "A", "--index", "0"]],
    ["a short id", ["Hi", "--port", "A", "--wallet", "00", "--index", "0"]],
    ["no number", ["Hi", "--port", "A", ...WALLET, "--index", "x"]],
    ["a hardened number", ["Hi", "--port", "A", ...WALLET, "--index", "2147483648"]],
    ["legacy and full", ["Hi", "--port", "A", ...WALLET, "--index", "0", "--legacy", "--full"]],
    ["1,025 bytes", ["x".repeat(1025), "--port", "A", ...WALLET, "--index", "0"]],
  ] as const;
  test.each([...CASES])("%s", async (_, words) => {
    expectSentence(await runMayfly({ home }, "message", "sign", ...words), "arguments_invalid", 2);
  });
});

describe("message verify", () => {
  /** BIP-322, "Message signing". */
  const ADDRESS = "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l";
  const SIGNATURE =
    "AkcwRAIgZRfIY3p7/DoVTty6YZbWS71bc5Vct9p9Fia83eRmw2QCICK/ENGfwLtptFluMGs2KsqoNSk89pO7F29zJLUx9a/sASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=";
  const verify = (
    message: string,
    address: string,
    signature: string,
    ...words: readonly string[]
  ) =>
    runMayfly(
      { home },
      "message",
      "verify",
      message,
      "--address",
      address,
      "--signature",
      signature,
      ...words,
    );

  test("a good one, with and without its prefix", async () => {
    const event = await ask(
      "message",
      "verify",
      "Hello World",
      "--address",
      ADDRESS,
      "--signature",
      SIGNATURE,
    );
    expect(event).toEqual({
      event: "verified",
      address: ADDRESS,
      form: "simple",
      lockTime: 0,
      sequence: 0,
      coins: [],
    });
    const run = await verify("Hello World", ADDRESS, `smp${SIGNATURE}`);
    expect(run).toMatchObject({ code: 0, stdout: `${ADDRESS} signed it (simple).\n`, stderr: "" });
  });

  test("another message, another address, no signature, no address", async () => {
    expectJsonRefusal(await verify("Hello", ADDRESS, SIGNATURE, "--json"), "signature_invalid");
    const other = payments.p2wpkh({ hash: new Uint8Array(20), network: networks.regtest }).address;
    expectSentence(await verify("Hello World", other ?? "", SIGNATURE), "signature_invalid");
    expectSentence(await verify("Hello World", ADDRESS, "smp!"), "signature_invalid");
    expectSentence(await verify("Hello World", "nowhere", SIGNATURE), "arguments_invalid", 2);
  });
});
