/**
 * What a version may not change of the one before. Seeds were made and split at genesis, and
 * nobody makes new shares yet: a version that named other groups, other holders or another key
 * would leave a device that nobody can provision. A device checks the same by code of its own.
 */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { MADE, type Manifest, type ManifestKey } from "../../protocol/manifest/manifest.ts";
import { type Problem, problem, step } from "./problem.ts";

const madeHex = ({ made }: ManifestKey): string =>
  made === undefined ? "" : encodeAs(MADE, made).toHex();

const splitOf = ({ groupThreshold, groups }: ManifestKey): string =>
  JSON.stringify([
    groupThreshold,
    ...groups.map(({ name, threshold, members }) => [name, threshold, members]),
  ]);

const keyProblem = (key: ManifestKey, i: number, before: Manifest): Problem | undefined => {
  const place = `/keys${step(i)}`;
  const old = before.keys.find(({ id }) => id === key.id);
  if (old === undefined) return problem(place, `Key ${key.id} was not made at genesis.`);
  if (madeHex(old) !== madeHex(key)) {
    return problem(`${place}/made`, `What the device of key ${key.id} made stays as it is.`);
  }
  if (splitOf(old) === splitOf(key)) return undefined;
  const means = `The shares of key ${key.id} were made for the groups that it has had.`;
  return problem(`${place}/groups`, means);
};

/** Whoever holds a share opens it with the key that it was sealed to. */
const holderProblem = ({ people, keys }: Manifest, before: Manifest): Problem | undefined => {
  for (const [i, { name, wrappingKey }] of people.entries()) {
    const key = keys.find(({ groups }) => groups.some(({ members }) => members.includes(name)));
    const old = before.people.find((one) => one.name === name);
    if (key === undefined || old?.wrappingKey.toHex() === wrappingKey.toHex()) continue;
    const means = `${name}'s share of key ${key.id} is sealed to the wrapping key of before.`;
    return problem(`/people${step(i)}/wrappingKey`, means);
  }
  return undefined;
};

/** The first thing that a version from 2 on has no right to change. */
export const successionProblem = (before: Manifest, after: Manifest): Problem | undefined => {
  if (after.network !== before.network) {
    return problem("/network", `The network is ${before.network} since genesis.`);
  }
  if (after.generation < before.generation) {
    const means = "Generations go up: pairings that have ended would hold again.";
    return problem("/generation", means);
  }
  for (const [i, key] of after.keys.entries()) {
    const found = keyProblem(key, i, before);
    if (found !== undefined) return found;
  }
  return holderProblem(after, before);
};
