/** Every rule of protocol.cddl, with what the code itself makes of the same bytes. */
import fc from "fast-check";
import { ATTESTATION, CERTIFICATE, COUNTERS } from "../../protocol/attestation.ts";
import { CALL_PHASES, decodeMessage, MESSAGES } from "../../protocol/call/envelope.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { choice, type Schema } from "../../protocol/cbor/schema.ts";
import { COMMAND_NAMES, REGISTRY } from "../../protocol/commands/registry.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { MANIFEST } from "../../protocol/manifest/manifest.ts";
import { GENESIS_REPORT } from "../../protocol/manifest/report.ts";
import { SIGNED_MANIFEST } from "../../protocol/manifest/signed.ts";
import { PHASES } from "../../protocol/phase.ts";
import { SESSION_CLAIM } from "../../protocol/session/pairing.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { SOCKET_MESSAGE } from "../../protocol/session/socket-message.ts";
import { QUOTE, SEALED_SHARE, SHARE_CONTEXT, SHARE_HEADER } from "../../protocol/share.ts";
import { valuesOf } from "../protocol/cddl-values.ts";
import { inOrder } from "./set-order.ts";

/** A rule, bytes that fit its schema, and whether the code takes bytes for it. */
export interface Shape {
  readonly rule: string;
  readonly bytes: fc.Arbitrary<Uint8Array>;
  readonly takes: (bytes: Uint8Array) => boolean;
}

const bytesOf = (schema: Schema<unknown>): fc.Arbitrary<Uint8Array> =>
  valuesOf(schema.cddl).map((value) => encodeAs(schema, value));

const shape = (rule: string, schema: Schema<unknown>): Shape => ({
  rule,
  bytes: bytesOf(schema),
  takes: (bytes) => decodeAs(schema, bytes) !== undefined,
});

/** CDDL cannot say that a set is in order: for bytes that are not, what counts is the rest. */
const shapeWithSets = (rule: string, schema: Schema<unknown>): Shape => ({
  ...shape(rule, schema),
  takes: (bytes) => decodeAs(schema, inOrder(schema.form, bytes)) !== undefined,
});

const kinds: readonly Shape[] = Object.entries(MESSAGES).map(([kind, schema]) => ({
  rule: kind,
  bytes: bytesOf(schema),
  takes: (bytes) => {
    const read = decodeMessage(bytes);
    return read.ok && read.value.kind === kind;
  },
}));

const message: Shape = {
  rule: "message",
  bytes: fc.oneof(...kinds.map(({ bytes }) => bytes)),
  takes: (bytes) => decodeMessage(bytes).ok,
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`);

/** All of them. */
export const SHAPES: readonly Shape[] = [
  message,
  ...kinds,
  shape("hello", HELLO),
  shape("session-claim", SESSION_CLAIM),
  shape("socket-message", SOCKET_MESSAGE),
  shape("sealed-share", SEALED_SHARE),
  shape("share-context", SHARE_CONTEXT),
  shape("share-header", SHARE_HEADER),
  shape("quote", QUOTE),
  shapeWithSets("manifest", MANIFEST),
  shapeWithSets("signed-manifest", SIGNED_MANIFEST),
  shape("genesis-report", GENESIS_REPORT),
  shape("certificate", CERTIFICATE),
  shape("attestation", ATTESTATION),
  shape("counters", COUNTERS),
  shape("phase", choice(...PHASES)),
  shape("role", choice(...ROLES)),
  shape("call-phase", choice(...CALL_PHASES)),
  ...COMMAND_NAMES.flatMap((name) => [
    shapeWithSets(`${kebab(name)}-params`, REGISTRY[name].params),
    shapeWithSets(`${kebab(name)}-result`, REGISTRY[name].result),
  ]),
];
