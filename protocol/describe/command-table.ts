/** commands.md: every command, who may call it, when, and what it may fail with. */
import { COMMON_ERRORS } from "../commands/command.ts";
import { COMMAND_NAMES, type CommandName, REGISTRY } from "../commands/registry.ts";
import { PHASES } from "../phase.ts";
import type { Access } from "../session/role.ts";
import { codeOf, NOTICE, plain, table, textOf, uploadOf } from "./layout.ts";

const HEAD = [
  "code",
  "command",
  "who may",
  "phases",
  "idempotent",
  "since",
  "stability",
  "command line",
  "what it does",
];

const callers = (access: Access): string =>
  typeof access === "string" ? access : access.join(", ");

const phasesOf = (name: CommandName): string => {
  const { phases } = REGISTRY[name];
  return phases.length === PHASES.length ? "all" : phases.join(", ");
};

const rowOf = (name: CommandName): readonly string[] => {
  const { access, code, commandLine, doc, idempotent, since, stability } = REGISTRY[name];
  return [
    codeOf(code),
    `\`${name}\``,
    callers(access),
    phasesOf(name),
    idempotent ? "yes" : "no",
    String(since),
    stability,
    `\`mayfly ${commandLine}\``,
    plain(doc),
  ];
};

const uploadRow = (name: CommandName): readonly (readonly string[])[] => {
  const { upload } = REGISTRY[name];
  return upload === undefined ? [] : [[`\`${name}\``, uploadOf(upload)]];
};

const errorRow = (name: CommandName): readonly string[] => {
  const { errors } = REGISTRY[name];
  return [`\`${name}\``, errors.length === 0 ? "none" : errors.join(", ")];
};

/** The text of commands.md. */
export const describeCommands = (): string =>
  textOf([
    `<!-- ${NOTICE} -->`,
    "# Commands",
    "",
    "`anyone` is a session of any pattern, `pairing` one that a pairing code opened (`NNpsk0`);",
    "all others are roles of a host in an `IK` session. The bytes of a stable command are frozen;",
    "those of a provisional one may still change. An idempotent command may be called again under",
    "any key.",
    "Params and results are `NAME-params` and `NAME-result` in protocol.cddl.",
    "",
    ...table(HEAD, COMMAND_NAMES.map(rowOf)),
    "",
    "## Errors of their own",
    "",
    ...table(["command", "errors"], COMMAND_NAMES.map(errorRow)),
    "",
    "## Errors of every command",
    "",
    `${COMMON_ERRORS.join(", ")}.`,
    "",
    "## Uploads",
    "",
    "Their params stand in the request, and the upload's raw bytes are its body.",
    "",
    ...table(["command", "upload"], COMMAND_NAMES.flatMap(uploadRow)),
  ]);
