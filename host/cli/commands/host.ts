/** `mayfly host`: this user's host key, as the trust file of an emulator that is to know it. */
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { type Role, ROLES } from "../../../protocol/session/role.ts";
import { noiseSuite } from "../../driver/noise-suite.ts";
import { formatTrustFile, openHostKey, trustJson } from "../../identity/index.ts";
import { toHex } from "../bytes.ts";
import { mayflyHome } from "../home.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare } from "../program.ts";

/** The roles that the option names, in the table's order, each once. */
const rolesOf = (text: string): Outcome<readonly Role[], "arguments_invalid"> => {
  const names = text.split(",").map((name) => name.trim());
  const roles = ROLES.filter((role) => names.includes(role));
  const isKnown = names.every((name) => roles.some((role) => role === name));
  return isKnown ? ok(roles) : badOption("--roles", `some of ${ROLES.join(",")}`);
};

const host = (wanted: string, output: Output): Outcome<unknown> => {
  const roles = rolesOf(wanted);
  if (!roles.ok) return roles;
  const key = openHostKey(mayflyHome(), noiseSuite.keyPair);
  if (!key.ok) return key;
  const { file, publicKey } = key.value;
  const trust = { generation: 1, hosts: [{ key: publicKey, roles: roles.value }], revoked: [] };
  output.say(
    { event: "host", key: toHex(publicKey), file, trust: trustJson(trust) },
    formatTrustFile(trust).trimEnd().split("\n"),
  );
  output.hint("In a file, this is what mayfly emulate --hosts takes.");
  return ok(undefined);
};

/** The command. */
export const hostCommand = () =>
  declare("host", "this host's key, as a trust file for mayfly emulate --hosts")
    .option("--roles <roles>", "what the device is to trust it with", ROLES.join(","))
    .action((options) => answer((output) => host(options.roles, output)));
