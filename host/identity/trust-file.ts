/**
 * The trust of an emulator as a JSON file (`mayfly emulate --hosts`): which hosts it knows in
 * which roles, and whom it has revoked. Read strictly: a slip must not widen or lose a revocation.
 */
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { isKeyName } from "../../protocol/session/pairing.ts";
import { type Role, ROLES } from "../../protocol/session/role.ts";
import { bytesOf, hexOf, type Members, membersOf, readJson } from "./fields.ts";

/** Hosts, and revoked keys, that a file may name. */
const MOST_HOSTS = 256;

/** Who is trusted; the same shape as the firmware's own. */
export interface TrustFile {
  /** From 1; a pairing is good for its generation only. */
  readonly generation: number;
  readonly hosts: readonly { readonly key: Uint8Array; readonly roles: readonly Role[] }[];
  readonly revoked: readonly Uint8Array[];
}

/** Details carry `pointer` (RFC 6901) and `why`. */
type Read<T> = Outcome<T, "file_malformed">;
type Reader<T> = (value: unknown, pointer: string) => Read<T>;

const malformed = (pointer: string, why: string): Failure<"file_malformed"> =>
  fail("file_malformed", { pointer, why });

const step = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** An object of exactly these members. */
const readObject = (value: unknown, pointer: string, names: readonly string[]): Read<Members> => {
  const members = membersOf(value);
  if (members === undefined) return malformed(pointer, "not an object");
  for (const name of members.keys()) {
    if (!names.includes(name)) return malformed(`${pointer}${step(name)}`, "unknown");
  }
  const missing = names.find((name) => !members.has(name));
  return missing === undefined ? ok(members) : malformed(`${pointer}/${missing}`, "missing");
};

const readList = <T>(
  value: unknown,
  pointer: string,
  most: number,
  read: Reader<T>,
): Read<readonly T[]> => {
  if (!Array.isArray(value)) return malformed(pointer, "not a list");
  if (value.length > most) return malformed(pointer, `more than ${most}`);
  const items: T[] = [];
  for (const [i, one] of value.entries()) {
    const item = read(one, `${pointer}/${i}`);
    if (!item.ok) return item;
    items.push(item.value);
  }
  return ok(items);
};

const readKey: Reader<Uint8Array> = (value, pointer) => {
  const key = bytesOf(value, 32);
  if (key === undefined) return malformed(pointer, "not 64 lower-case hex digits");
  return isKeyName(key) ? ok(key) : malformed(pointer, "not an X25519 key");
};

const readRole: Reader<Role> = (value, pointer) => {
  const role = ROLES.find((one) => one === value);
  return role === undefined ? malformed(pointer, `not one of ${ROLES.join(", ")}`) : ok(role);
};

const readHost: Reader<TrustFile["hosts"][number]> = (value, pointer) => {
  const members = readObject(value, pointer, ["key", "roles"]);
  if (!members.ok) return members;
  const key = readKey(members.value.get("key"), `${pointer}/key`);
  if (!key.ok) return key;
  const roles = readList(members.value.get("roles"), `${pointer}/roles`, ROLES.length, readRole);
  return roles.ok ? ok({ key: key.value, roles: roles.value }) : roles;
};

const readGeneration: Reader<number> = (value, pointer) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 1
    ? ok(value)
    : malformed(pointer, "not a whole number from 1");

/** Reads a trust file. `file_malformed` says by a JSON pointer where it is wrong first. */
export const parseTrustFile = (text: string): Outcome<TrustFile, "file_malformed"> => {
  const value = readJson(text);
  if (value === undefined) return malformed("", "not JSON");
  const members = readObject(value, "", ["generation", "hosts", "revoked"]);
  if (!members.ok) return members;
  const generation = readGeneration(members.value.get("generation"), "/generation");
  if (!generation.ok) return generation;
  const hosts = readList(members.value.get("hosts"), "/hosts", MOST_HOSTS, readHost);
  if (!hosts.ok) return hosts;
  const revoked = readList(members.value.get("revoked"), "/revoked", MOST_HOSTS, readKey);
  if (!revoked.ok) return revoked;
  return ok({ generation: generation.value, hosts: hosts.value, revoked: revoked.value });
};

/** The file's content as a JSON value: keys in hex. */
export const trustJson = ({ generation, hosts, revoked }: TrustFile) => ({
  generation,
  hosts: hosts.map(({ key, roles }) => ({ key: hexOf(key), roles })),
  revoked: revoked.map(hexOf),
});

/** The text of a trust file. */
export const formatTrustFile = (trust: TrustFile): string =>
  `${JSON.stringify(trustJson(trust), null, 2)}\n`;
