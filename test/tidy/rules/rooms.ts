/**
 * Who may import whom: protocol nothing of ours, firmware protocol, host protocol, hardware the
 * board's page and protocol; and the walls inside host and hardware.
 */
import { type Import, importsOf, type Target } from "./imports.ts";
import { type Finding, isCode, isTest, type Rule } from "./rule.ts";

/** What the files of a place may import. */
interface Room {
  /** Paths of the place's files. */
  readonly of: RegExp;
  /** Paths of ours they may import. */
  readonly ours: RegExp;
  readonly packages: "any" | readonly string[];
  readonly builtins: boolean;
  readonly why: string;
}

/** What the files of a place may not import, though their room may. */
interface Wall {
  readonly of: RegExp;
  readonly bans: (target: Target) => boolean;
  readonly why: string;
}

/** The first that fits a file counts. */
const ROOMS: readonly Room[] = [
  {
    of: /^protocol\//,
    ours: /^protocol\//,
    packages: ["cbor-x"],
    builtins: false,
    why: "protocol imports nothing of ours, nothing of the platform, and of packages only cbor-x",
  },
  {
    of: /^firmware\//,
    ours: /^(?:protocol|firmware)\//,
    packages: [],
    builtins: false,
    why: "firmware imports protocol only: the board reaches it through firmware/hal.ts",
  },
  {
    of: /^host\//,
    ours: /^(?:(?:protocol|host)\/|package\.json$)/,
    packages: "any",
    builtins: true,
    why: "host imports protocol and host, never firmware, hardware or test",
  },
  {
    of: /^hardware\/emulator\/(?:index\.ts$|kit\/)/,
    ours: /^(?:protocol\/|hardware\/|firmware\/(?:hal|index)\.ts$|host\/driver\/index\.ts$)/,
    packages: "any",
    builtins: true,
    why: "the emulator's kit imports firmware's index, hal.ts and the driver's index, no more",
  },
  {
    of: /^hardware\/[^/]+\/main\.ts$/,
    ours: /^(?:protocol\/|hardware\/|firmware\/(?:hal|index)\.ts$)/,
    packages: "any",
    builtins: true,
    why: "a board's main imports firmware's index and hal.ts, and nothing of host",
  },
  {
    of: /^hardware\//,
    ours: /^(?:protocol\/|hardware\/|firmware\/hal\.ts$)/,
    packages: "any",
    builtins: true,
    why: "hardware imports protocol and firmware/hal.ts; only main.ts and the emulator compose",
  },
];

const NETWORK = /^(?:net|http|https|http2|tls|dgram)$/;
const BITCOIN_LIBRARY = /^(?:bitcoinjs-lib|bip32|@bitcoinerlab\/.*)$/;

const isOurs = (target: Target, path: RegExp): boolean =>
  target.kind === "ours" && path.test(target.path);

const WALLS: readonly Wall[] = [
  {
    of: /^host\/control\//,
    bans: (target) =>
      isOurs(target, /^host\/vault\//) ||
      (target.kind === "package" && BITCOIN_LIBRARY.test(target.name)),
    why: "the final check shares no code with the vault, nor its Bitcoin library",
  },
  {
    of: /^host\/vault\//,
    bans: (target) => isOurs(target, /^host\/control\//),
    why: "the vault does not know its control",
  },
  {
    of: /^host\/vault\/wallet\//,
    bans: (target) => isOurs(target, /^host\/vault\/(?!wallet)/),
    why: "a wallet knows nothing of drafting, combining and signers",
  },
  {
    of: /^firmware\/signing\//,
    bans: (target) => isOurs(target, /^firmware\/bitcoin\//),
    why: "signing knows no chain: what one hands to it is in its work.ts",
  },
  {
    of: /^hardware\/raspberry-pi\//,
    bans: (target) =>
      isOurs(target, /^hardware\/emulator\//) ||
      (target.kind === "builtin" && NETWORK.test(target.name)),
    why: "the Pi carries no emulator and listens on no network",
  },
  {
    of: /./,
    bans: (target) => target.kind === "ours" && isTest(target.path),
    why: "nobody imports a test",
  },
  {
    of: /./,
    bans: (target) => target.kind === "ours" && !/\.\w+$/.test(target.path),
    why: "a file is imported by its whole name",
  },
];

const allows = (room: Room, target: Target): boolean => {
  switch (target.kind) {
    case "ours":
      return room.ours.test(target.path);
    case "builtin":
      return room.builtins;
    case "package":
      return room.packages === "any" || room.packages.includes(target.name);
    case "computed":
      return room.builtins;
  }
};

const judge = (found: Import): readonly string[] => {
  const room = ROOMS.find(({ of }) => of.test(found.from.path));
  const walls = WALLS.filter(({ of, bans }) => of.test(found.from.path) && bans(found.target));
  const refused = room === undefined || allows(room, found.target) ? [] : [room.why];
  return [...refused, ...walls.map(({ why }) => why)];
};

const inWords = (found: Import): readonly Finding[] =>
  judge(found).map((why) => ({
    path: found.from.path,
    line: found.line,
    says: `imports ${found.specifier}: ${why}`,
  }));

/** The import rules between the rooms. */
export const ROOM_IMPORTS: Rule = {
  name: "rooms",
  demands: "imports go only where the house allows",
  find: (files) =>
    files.filter(({ path }) => isCode(path)).flatMap((file) => importsOf(file).flatMap(inWords)),
};
