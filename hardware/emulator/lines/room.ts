/**
 * A folder for the links and sockets of this process, which goes when the process does, however it
 * ends: a shell waits at a pipe that only this process holds, and clears up when it breaks.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A part of the folder. */
export interface Room {
  /** A path in the folder that nobody else uses. */
  readonly path: (name: string) => string;
  /** Says that a link elsewhere leads into the folder: it is to go with it. */
  readonly mark: (link: string, target: string) => void;
  /** The last one to leave takes the folder away. Repeating it is harmless. */
  readonly leave: () => void;
}

/** In the folder: links elsewhere and where they lead, a line each. */
const LINKS = "links";

/** Signals that end a terminal's programs leave it its work. A link that is another's stays. */
const SCRIPT = `
trap '' HUP INT QUIT TERM
while read -r _; do :; done
if [ -f "$1/${LINKS}" ]; then
  while IFS= read -r link && IFS= read -r target; do
    [ "$(readlink "$link")" = "$target" ] && rm -f -- "$link"
  done <"$1/${LINKS}"
fi
rm -rf -- "$1"
`;

interface House {
  readonly folder: string;
  readonly end: () => void;
  guests: number;
  names: number;
}

/** Without a shell the folder still goes with its last guest; only a crash would leave it. */
const watchOver = (folder: string) => {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const watcher = spawn("/bin/sh", ["-c", SCRIPT, "mayfly", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    detached: true, // what ends a process with its whole group must not end this
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  const { stdin } = watcher;
  watcher.on("error", () => undefined);
  stdin.on("error", () => undefined);
  watcher.unref();
  return { end: () => void stdin.end() };
};

let house: House | undefined;

const open = (): House => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
  return { folder, ...watchOver(folder), guests: 0, names: 0 };
};

const close = ({ folder, end }: House): void => {
  rmSync(folder, { recursive: true, force: true });
  end();
};

/** Enters the process's folder, which is made for the first who comes. Throws. */
export const enterRoom = (): Room => {
  house ??= open();
  const own = house;
  own.guests += 1;
  let isIn = true;
  return {
    path: (name) => {
      own.names += 1;
      return join(own.folder, `${own.names}-${name}`);
    },
    mark: (link, target) => {
      const lines = [link, target];
      if (lines.some((line) => line.includes("\n"))) {
        throw new Error("a socket's path has no line breaks");
      }
      // At once: what is written to the pipe leaves this process only later.
      appendFileSync(join(own.folder, LINKS), `${link}\n${target}\n`);
    },
    leave: () => {
      if (!isIn) return;
      isIn = false;
      own.guests -= 1;
      if (own.guests > 0) return;
      if (house === own) house = undefined;
      close(own);
    },
  };
};
