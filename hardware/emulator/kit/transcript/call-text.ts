/** A call as people read it, and as leaves that can be compared. */
import { createHash } from "node:crypto";
import type { SeenCall, WireOutcome } from "../../../../host/driver/index.ts";
import { encodeCbor } from "../../../../protocol/cbor/cbor.ts";
import { REGISTRY } from "../../../../protocol/commands/registry.ts";
import type { Answer, CallItem } from "./item.ts";
import { leavesOf, readableOf, withoutSecrets } from "./readable.ts";

/** What is called. */
export type Asked = Pick<CallItem, "name" | "params" | "upload">;

const uploadText = (upload: Uint8Array): string =>
  `${upload.length} bytes, sha256 ${createHash("sha256").update(upload).digest("hex")}`;

/** A call as it is written down: without its secrets. */
export const askedOf = ({ name, params, upload }: SeenCall): Asked => ({
  name,
  params: encodeCbor(withoutSecrets(REGISTRY[name].params.form, params)),
  ...(upload === undefined ? {} : { upload: upload.slice() }),
});

/** An answer as it is written down. */
export const answerOf = (name: CallItem["name"], outcome: WireOutcome): Answer =>
  outcome.ok
    ? { ok: true, result: encodeCbor(withoutSecrets(REGISTRY[name].result.form, outcome.value)) }
    : outcome;

/** Name, params and upload of a call, as values that JSON can say. */
export const askedView = ({ name, params, upload }: Asked) => ({
  name,
  params: readableOf(REGISTRY[name].params.form, params),
  ...(upload === undefined ? {} : { upload: uploadText(upload) }),
});

/** An answer, as values that JSON can say. */
export const answerView = (name: CallItem["name"], answer: Answer) =>
  answer.ok
    ? { result: readableOf(REGISTRY[name].result.form, answer.result) }
    : { error: answer.error, ...(answer.details === undefined ? {} : { details: answer.details }) };

/** What is called, leaf by leaf. */
export const askedLeaves = (asked: Asked): ReadonlyMap<string, string> =>
  new Map(leavesOf(askedView(asked)));

/** An answer, leaf by leaf. */
export const answerLeaves = (name: CallItem["name"], answer: Answer): ReadonlyMap<string, string> =>
  new Map(leavesOf(answerView(name, answer)));
