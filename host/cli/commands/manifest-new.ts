/** `mayfly manifest new`: an author's JSON to begin with, as whole as the options make it. */
import { Option } from "@commander-js/extra-typings";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import {
  MANIFEST,
  type Manifest,
  type ManifestKey,
  type Person,
} from "../../../protocol/manifest/manifest.ts";
import { type Role, ROLES } from "../../../protocol/session/role.ts";
import { NETWORK_NAMES, type NetworkName } from "../../withdrawal.ts";
import { parseCustodian } from "../../custody/index.ts";
import {
  formatManifest,
  isSigned,
  jsonOf,
  manifestHash,
  manifestProblems,
  rosterProblems,
} from "../../manifest/index.ts";
import { fromHex, toHex } from "../bytes.ts";
import { writeResult } from "../files.ts";
import { openLineage } from "../manifests.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare } from "../program.ts";

interface NewOptions {
  readonly name: string;
  readonly network: string;
  readonly person?: readonly string[] | undefined;
  readonly box?: readonly string[] | undefined;
  readonly host?: readonly string[] | undefined;
  readonly firmware?: readonly string[] | undefined;
  readonly after?: string | undefined;
  readonly out?: string | undefined;
}

/** Reads `NAME@PLACE=REST` and the like by a pattern with named groups, or names the option. */
const readEach = <T>(
  texts: readonly string[] | undefined,
  option: string,
  form: string,
  read: (text: string) => T | undefined,
): Outcome<readonly T[]> => {
  const items: T[] = [];
  for (const text of texts ?? []) {
    const item = read(text);
    if (item === undefined) return badOption(option, `${text} is not ${form}`);
    items.push(item);
  }
  return ok(items);
};

const readPerson = (text: string): Person | undefined => {
  const [, name, site, keys = ""] = /^([^@=]+)@([^=]+)=(.+)$/.exec(text) ?? [];
  const custodian = parseCustodian(keys);
  if (name === undefined || site === undefined || !custodian.ok) return undefined;
  return { name, site, duties: ["custodian", "approver"], ...custodian.value };
};

const readHost = (text: string): Manifest["hosts"][number] | undefined => {
  const [, name, key = "", words = ""] = /^([^=]+)=([0-9a-f]{64}):([a-z,]+)$/.exec(text) ?? [];
  const wanted = words.split(",");
  const roles: readonly Role[] = ROLES.filter((role) => wanted.includes(role));
  const bytes = fromHex(key);
  if (name === undefined || bytes === undefined || roles.length < wanted.length) return undefined;
  return { name, key: bytes, roles };
};

const readDigest = (text: string): Uint8Array | undefined => {
  const bytes = fromHex(text);
  return bytes?.length === 32 ? bytes : undefined;
};

/** More than half. */
const majority = (count: number): number => Math.floor(count / 2) + 1;

const readBox = (text: string, people: readonly Person[]): ManifestKey | undefined => {
  const [, name, site] = /^([^@]+)@(.+)$/.exec(text) ?? [];
  if (name === undefined || site === undefined) return undefined;
  const members = people.map((person) => person.name);
  const groups = [{ name: "main", threshold: majority(members.length), members }];
  return { id: name, device: name, site, groupThreshold: 1, groups };
};

const networkOf = (text: string): NetworkName =>
  NETWORK_NAMES.find((one) => one === text) ?? "regtest";

const draftOf = (options: NewOptions): Outcome<Manifest> => {
  const person = "NAME@SITE=PUBLIC, public as mayfly custodian init printed it";
  const people = readEach(options.person, "--person", person, readPerson);
  if (!people.ok) return people;
  const members = people.value.map(({ name }) => name);
  const keys = readEach(options.box, "--box", "NAME@SITE", (one) => readBox(one, people.value));
  if (!keys.ok) return keys;
  const hosts = readEach(options.host, "--host", "NAME=KEY:ROLE,ROLE", readHost);
  if (!hosts.ok) return hosts;
  const firmware = readEach(options.firmware, "--firmware", "64 hex digits", readDigest);
  if (!firmware.ok) return firmware;
  return ok({
    name: options.name,
    network: networkOf(options.network),
    version: 0,
    people: people.value,
    quorum: { threshold: majority(members.length), members },
    keys: keys.value,
    hosts: hosts.value,
    wallets: [],
    firmware: firmware.value,
    generation: 1,
    revoked: [],
  });
};

/** The newest version once more, with the number and the predecessor of the next. */
const nextOf = (file: string, output: Output): Outcome<Manifest> => {
  const lineage = openLineage(file, output);
  if (!lineage.ok) return lineage;
  const { newest } = lineage.value;
  if (!isSigned(newest)) return fail("signatures_missing", { file, required: newest.required });
  const { version } = newest.manifest;
  return ok({ ...newest.manifest, version: version + 1, predecessor: newest.hash });
};

const author = (options: NewOptions, output: Output): Outcome<unknown> => {
  const { after, out } = options;
  const manifest = after === undefined ? draftOf(options) : nextOf(after, output);
  if (!manifest.ok) return manifest;
  const text = formatManifest(manifest.value);
  const written = out === undefined ? ok(undefined) : writeResult(out, text, false);
  if (!written.ok) return written;
  const problems = [...manifestProblems(manifest.value)];
  if (problems.length === 0) problems.push(...rosterProblems(manifest.value));
  if (problems.length > 0) {
    const count = problems.length === 1 ? "one rule" : `${problems.length} rules`;
    output.warn(`it breaks ${count} yet; mayfly manifest show tells which.`);
  }
  const event = {
    event: "manifest",
    hash: toHex(manifestHash(manifest.value)),
    version: manifest.value.version,
    signatures: 0,
    required: 0,
    valid: false,
    manifest: jsonOf(MANIFEST, manifest.value),
  };
  output.say(
    event,
    out === undefined ? text.trimEnd().split("\n") : [`${out}: edit it, then show it.`],
  );
  output.hint("Next: mayfly manifest show FILE, which checks every rule.");
  return ok(undefined);
};

/** `manifest new`. */
export const newManifestCommand = () =>
  declare("new", "an author's JSON: a draft, or the version after a lineage's newest")
    .option("--name <name>", "what it is for", "Vault")
    .addOption(new Option("--network <name>").choices(NETWORK_NAMES).default("regtest"))
    .option("--person <name@site=public...>", "people; public as custodian init printed it")
    .option("--box <name@site...>", "a key for each box, its shares held by all people")
    .option("--host <name=key:roles...>", "programs; the key as mayfly host prints it")
    .option("--firmware <digest...>", "digests that may run, as mayfly status prints them")
    .option("--after <lineage>", "begin with this lineage's newest version instead")
    .option("--out <file>", "write it there instead of printing it")
    .action((options) => answer((output) => author(options, output)));
