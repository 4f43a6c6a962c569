/** Rules or a recording as they stand in a JSON file, read strictly: a typing error is no rule. */
import { fail, ok, type Outcome } from "../../../../protocol/errors.ts";
import { APPROVALS } from "../../board/buttons.ts";
import { type Fields, isFields, isTexts, oneOf, parseFields } from "../../process/json.ts";
import type { Answer, ApprovalRule, Approve } from "./approve.ts";
import { type RecordedAnswer, replayPerson } from "./replay.ts";
import type { LinePattern, NumberPattern, ScreenPattern, TextPattern } from "./screen-pattern.ts";
import { isQuestion, recordingOf, SCREEN_KINDS, screenOf } from "./session-log.ts";

/** Says in a sentence what is wrong with the file. */
class Misread extends Error {}

const misread = (why: string): never => {
  throw new Misread(why);
};

const ANSWERS = ["yes", "no", "wait"] as const satisfies readonly Answer[];

/** No other fields than these: one that is spelt otherwise would say nothing, and be missed. */
const checkNames = (fields: Fields, names: readonly string[], where: string): void => {
  const strange = Object.keys(fields).find((name) => !names.includes(name));
  if (strange !== undefined) misread(`${where}: "${strange}" is none of ${names.join(", ")}`);
};

const fieldsAt = (value: unknown, where: string): Fields =>
  isFields(value) ? value : misread(`${where} is no object`);

/** `/…/` and its flags are an expression, anything else is the text itself. */
const textAt = (value: unknown, where: string): TextPattern => {
  if (typeof value !== "string") return misread(`${where} is no text`);
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(value) ?? [];
  if (source === undefined) return value;
  try {
    return new RegExp(source, flags);
  } catch {
    return misread(`${where}: ${value} is no regular expression`);
  }
};

const countAt = (value: unknown, where: string, least = 0): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least
    ? value
    : misread(`${where} is no whole number from ${least}`);

const numberAt = (value: unknown, where: string): NumberPattern => {
  if (!isFields(value)) return countAt(value, where);
  checkNames(value, ["atLeast", "atMost"], where);
  const { atLeast, atMost } = value;
  return {
    ...(atLeast === undefined ? {} : { atLeast: countAt(atLeast, `${where}.atLeast`) }),
    ...(atMost === undefined ? {} : { atMost: countAt(atMost, `${where}.atMost`) }),
  };
};

const TEXTS = ["wallet", "address", "message"] as const;
const NUMBERS = ["inputs", "leavingSats", "feeSats", "amountSats", "outputs", "index"] as const;

const lineAt = (value: unknown, where: string): LinePattern => {
  const fields = fieldsAt(value, where);
  checkNames(fields, [...TEXTS, ...NUMBERS, "branch"], where);
  const { branch } = fields;
  const side = oneOf(["receive", "change"], branch);
  if (branch !== undefined && side === undefined) {
    return misread(`${where}.branch is neither receive nor change`);
  }
  const texts = TEXTS.filter((name) => fields[name] !== undefined).map(
    (name) => [name, textAt(fields[name], `${where}.${name}`)] as const,
  );
  const numbers = NUMBERS.filter((name) => fields[name] !== undefined).map(
    (name) => [name, numberAt(fields[name], `${where}.${name}`)] as const,
  );
  const all: LinePattern = { ...Object.fromEntries(texts), ...Object.fromEntries(numbers) };
  return side === undefined ? all : { ...all, branch: side };
};

const whenAt = (value: unknown, where: string): ScreenPattern => {
  const fields = fieldsAt(value, where);
  checkNames(fields, ["kind", "text", "line"], where);
  const { kind, text, line } = fields;
  const known = oneOf(SCREEN_KINDS, kind);
  if (kind !== undefined && known === undefined) {
    return misread(`${where}.kind is none of ${SCREEN_KINDS.join(", ")}`);
  }
  return {
    ...(known === undefined ? {} : { kind: known }),
    ...(text === undefined ? {} : { text: textAt(text, `${where}.text`) }),
    ...(line === undefined ? {} : { line: lineAt(line, `${where}.line`) }),
  };
};

const answerAt = (value: unknown, where: string): Answer =>
  oneOf(ANSWERS, value) ?? misread(`${where}.press is none of ${ANSWERS.join(", ")}`);

const ruleAt = (value: unknown, at: number): ApprovalRule => {
  const where = `rule ${at + 1}`;
  const fields = fieldsAt(value, where);
  checkNames(fields, ["when", "press", "afterMs", "times", "name"], where);
  const { when, press, afterMs, times, name } = fields;
  if (name !== undefined && typeof name !== "string") return misread(`${where}.name is no text`);
  return {
    when: whenAt(when, `${where}.when`),
    press: answerAt(press, where),
    ...(afterMs === undefined ? {} : { afterMs: countAt(afterMs, `${where}.afterMs`) }),
    ...(times === undefined ? {} : { times: countAt(times, `${where}.times`, 1) }),
    ...(name === undefined ? {} : { name }),
  };
};

const recordedAt = (value: unknown, at: number): RecordedAnswer => {
  const where = `question ${at + 1}`;
  const fields = fieldsAt(value, where);
  checkNames(fields, ["screen", "press", "atMs"], where);
  const screen =
    screenOf(fieldsAt(fields["screen"], `${where}.screen`)) ??
    misread(`${where}.screen has no kind and lines of a screen`);
  const atMs = countAt(fields["atMs"], `${where}.atMs`);
  return { screen, press: answerAt(fields["press"], where), atMs };
};

/** A log of several devices is each one's own; one without a question is no session. */
const logAt = (lines: readonly string[], name: string | undefined): Approve => {
  const questions = lines.filter((line) => isQuestion(parseFields(line) ?? {}));
  if (questions.length === 0) return misread("neither rules nor a session in which anybody asks");
  return replayPerson(recordingOf(lines, name));
};

const read = (value: unknown, name: string | undefined): Approve => {
  const word = oneOf(APPROVALS, value);
  if (word !== undefined) return word;
  if (isTexts(value) && value.length > 0) return logAt(value, name);
  if (!Array.isArray(value)) return misread("neither a list of rules nor a recording");
  const isRecording = value.length > 0 && value.every((one) => isFields(one) && "screen" in one);
  return isRecording ? replayPerson(value.map(recordedAt)) : value.map(ruleAt);
};

/**
 * Reads `auto`, `never`, `ask`, a list of rules or a recording, or the lines of a session's log,
 * where `name` says whose; says what is wrong with it.
 */
export const readApprove = (
  value: unknown,
  name?: string,
): Outcome<Approve, "arguments_invalid"> => {
  try {
    return ok(read(value, name));
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    return fail("arguments_invalid", { option: "--approve", why: error.message });
  }
};
