/**
 * protocol.cddl (RFC 8610): every message, every command's params and result, and what else
 * crosses the cable as CBOR. A schema prints itself; here it gets a name, and shapes that have one
 * are referred to by it. A new shape of the wire is one entry in `NAMED`.
 */
import { ATTESTATION, CERTIFICATE, COUNTERS } from "../attestation.ts";
import { CALL_PHASES, MESSAGES } from "../call/envelope.ts";
import { choice, type Schema } from "../cbor/schema.ts";
import { COMMAND_NAMES, REGISTRY } from "../commands/registry.ts";
import { HELLO } from "../link/hello.ts";
import { MANIFEST } from "../manifest/manifest.ts";
import { GENESIS_REPORT } from "../manifest/report.ts";
import { SIGNED_MANIFEST } from "../manifest/signed.ts";
import { PHASES } from "../phase.ts";
import { SESSION_CLAIM } from "../session/pairing.ts";
import { ROLES } from "../session/role.ts";
import { SOCKET_MESSAGE } from "../session/socket-message.ts";
import { QUOTE, SEALED_SHARE, SHARE_CONTEXT, SHARE_HEADER } from "../share.ts";
import { codeOf, indented, kebab, NOTICE, textOf, uploadOf } from "./layout.ts";

/** One rule: its name, its shape as CDDL, and the sentences above it, each on its line. */
interface Rule {
  readonly name: string;
  readonly cddl: string;
  readonly says: readonly string[];
}

const named = (name: string, { cddl }: Schema<unknown>, ...says: readonly string[]): Rule => ({
  name,
  cddl,
  says,
});

/** HELLO is open to members of a later version, which only the code that reads it can say. */
const OPEN_HELLO: Rule = {
  name: "hello",
  cddl: HELLO.cddl.replace(/\n\}$/, "\n  * uint => any ; later\n}"),
  says: ["The payload of HELLO and HELLO_ACK (SPEC, section 2). Keys 10..23 are ignored."],
};

/** Shapes with a name of their own. Where another shape holds one of them, it says the name. */
const NAMED: readonly Rule[] = [
  named("session-claim", SESSION_CLAIM, "The payload of message 1 of IK (SPEC, section 3)."),
  named("socket-message", SOCKET_MESSAGE, "Between mayfly link and its clients (SPEC, section 5)."),
  named("sealed-share", SEALED_SHARE, "A share under seal; context is CBOR of share-context."),
  named("share-context", SHARE_CONTEXT, "HPKE's associated data of a sealed share."),
  named("share-header", SHARE_HEADER, "The public fields of a SLIP-39 share."),
  named("quote", QUOTE, "What the quote in get-quote-result is CBOR of."),
  named("manifest", MANIFEST, "Who is trusted. Lists of it but commitments and keys are sets."),
  named("signed-manifest", SIGNED_MANIFEST, "A manifest (CBOR of it) with its signatures."),
  named("genesis-report", GENESIS_REPORT, "What the report in make-key-result is CBOR of."),
  named("certificate", CERTIFICATE, "The payload of the certificate in attest-result (SPEC, 5)."),
  named("attestation", ATTESTATION, "The payload of the statement in attest-result (SPEC, 5)."),
  named("counters", COUNTERS, "What a device has counted since its boot."),
  named("phase", choice(...PHASES), "The device's phase: see phases.md."),
  named("role", choice(...ROLES), "What a host may be trusted with."),
  named("call-phase", choice(...CALL_PHASES), "What a call is busy with."),
];

/** Groups of a message's members, of which exactly one is there, whole. */
const EITHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  request: [["params"], ["size", "sha256"], ["params", "size", "sha256"]],
  result: [["result"], ["size"]],
};

const SAYS: Readonly<Record<keyof typeof MESSAGES, string>> = {
  request: "0: a call: its params in place, as a body, or in place beside an upload as the body.",
  result: "1: the final message of a call. The result is that of its command.",
  refusal: "2: the final message of a call: see errors.md. Details are names and values in turn.",
  cancel: "3: the host no longer wants the call.",
  progress: "4: how far a call has come; total is 0 where that is not known.",
  part: "5: the next bytes of a result's body.",
  credit: "6: what the device has of a request's body, and up to where the host may send.",
  chunk: "7: the next bytes of a request's body.",
};

const nameOf = (line: string): string => /; (\w+)$/.exec(line)?.[1] ?? "";

/** A map with one group of members and without the others: one map for each group. */
const alternatives = (cddl: string, groups: readonly (readonly string[])[]): string =>
  groups
    .map((own) => {
      const others = groups.flat().filter((name) => !own.includes(name));
      return cddl
        .split("\n")
        .filter((line) => !others.includes(nameOf(line)))
        .map((line) => (own.includes(nameOf(line)) ? line.replace("? ", "") : line))
        .join("\n");
    })
    .join(" / ");

const messageRules = (): readonly Rule[] =>
  Object.entries(MESSAGES).map(([name, { cddl }]) => {
    const groups = EITHER[name];
    const says = Object.entries(SAYS).flatMap(([kind, one]) => (kind === name ? [one] : []));
    return { name, cddl: groups === undefined ? cddl : alternatives(cddl, groups), says };
  });

const commandRules = (): readonly Rule[] =>
  COMMAND_NAMES.flatMap((name) => {
    const { code, doc, params, result, upload } = REGISTRY[name];
    const beside =
      upload === undefined ? [] : [`The body is its upload: ${uploadOf(upload)}, raw.`];
    const says = [`Command ${codeOf(code)}, ${name}.`, doc, ...beside];
    return [
      named(`${kebab(name)}-params`, params, ...says),
      named(`${kebab(name)}-result`, result, `What ${name} returns.`),
    ];
  });

/**
 * A shape that refers to the named ones it holds. Choices within a list stay spelled out: pycddl
 * 0.6 takes the first of a named choice for all of a list's items.
 */
const referring = (rule: Rule): string =>
  NAMED.filter(({ name }) => name !== rule.name)
    .toSorted((a, b) => b.cddl.length - a.cddl.length)
    .reduce(
      (cddl, { name, cddl: whole }) =>
        cddl.replaceAll(whole, (found, at: number, text: string) =>
          /\[0\*\d+ $/.test(text.slice(0, at)) && found.startsWith('"') ? found : name,
        ),
      rule.cddl,
    );

const printed = (rule: Rule): readonly string[] => [
  "",
  ...rule.says.map((sentence) => `; ${sentence}`),
  ...indented(`${rule.name} = ${referring(rule)}`).split("\n"),
];

const HEAD = [
  `; ${NOTICE}`,
  "; The wire protocol, version 1, in CDDL (RFC 8610). All of it is deterministic CBOR within the",
  "; subset of SPEC, section 4; sizes of texts are in bytes of UTF-8. Names are comments: the keys",
  "; are what travels.",
];

/** The text of protocol.cddl. Its first rule is a message. */
export const describeCddl = (): string => {
  const kinds = Object.keys(MESSAGES).join(" / ");
  const message = { name: "message", cddl: kinds, says: ["The plaintext of a transport record."] };
  const rules = [message, ...messageRules(), OPEN_HELLO, ...NAMED, ...commandRules()];
  return textOf([...HEAD, ...rules.flatMap(printed)]);
};
