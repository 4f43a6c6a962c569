/** A manifest as a page that a person can review: all that it says, and nothing shortened. */
import type { Manifest, ManifestKey, Person } from "../../protocol/manifest/manifest.ts";
import { fingerprintOf } from "./checks.ts";
import { manifestHash } from "./hash.ts";

const byName = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => (a.name < b.name ? -1 : 1));

const listed = (items: readonly string[]): string => items.toSorted().join(", ");

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [`${title}: none`] : [title, ...lines.map((line) => `  ${line}`)];

const personLines = ({ name, duties, site, signingKey, wrappingKey }: Person) => [
  `${name}: ${listed(duties)}, at ${site}`,
  `  signs with   ${signingKey.toHex()}`,
  `  unwraps with ${wrappingKey.toHex()}`,
];

const groupLines = (key: ManifestKey): readonly string[] =>
  byName(key.groups).map(
    ({ name, threshold, members }) => `  group ${name}: ${threshold} of ${listed(members)}`,
  );

const madeLines = ({ made }: ManifestKey): readonly string[] =>
  made === undefined
    ? ["  not made yet"]
    : [
        `  fingerprint  ${fingerprintOf(made.publicKey)}`,
        `  public key   ${made.publicKey.toHex()}`,
        `  link key     ${made.linkKey.toHex()}`,
        `  audit key    ${made.auditKey.toHex()}`,
        `  root tag     ${made.rootTag.toHex()}`,
        ...made.accounts.map((account) => `  account      ${account}`),
        ...made.commitments.map((one, i) => `  share ${i + 1}  ${one.toHex()}`),
      ];

const keyLines = (key: ManifestKey): readonly string[] => [
  `${key.id}: in box ${key.device} at ${key.site}, ${key.groupThreshold} of its groups`,
  ...groupLines(key),
  ...madeLines(key),
];

/** The page, line by line. */
export const manifestText = (manifest: Manifest): readonly string[] => {
  const { name, network, version, predecessor, people, quorum, keys, hosts } = manifest;
  return [
    `${name}, ${network}: version ${version}${version === 0 ? ", the draft of genesis" : ""}`,
    `hash  ${manifestHash(manifest).toHex()}`,
    ...(predecessor === undefined ? [] : [`after ${predecessor.toHex()}`]),
    `The next version is signed by ${quorum.threshold} of ${listed(quorum.members)}.`,
    ...section("People", byName(people).flatMap(personLines)),
    ...section("Keys", keys.toSorted((a, b) => (a.id < b.id ? -1 : 1)).flatMap(keyLines)),
    ...section(
      "Hosts",
      byName(hosts).flatMap((host) => [
        `${host.name}: ${listed(host.roles)}`,
        `  key ${host.key.toHex()}`,
      ]),
    ),
    ...section(
      "Wallets",
      byName(manifest.wallets).flatMap((wallet) => [
        `${wallet.name}: ${wallet.template}`,
        ...wallet.keys.map((key, i) => `  @${i} ${key}`),
        ...(wallet.allows === undefined ? [] : [`  allows ${listed(wallet.allows)}`]),
      ]),
    ),
    ...section("Firmware", manifest.firmware.map((digest) => digest.toHex()).toSorted()),
    ...section("Revoked hosts", manifest.revoked.map((key) => key.toHex()).toSorted()),
    `Pairings are of generation ${manifest.generation}.`,
  ];
};
