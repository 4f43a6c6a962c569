/** Whether packages can be installed here: Node with npm, and a registry that answers. */
import top from "../../package.json" with { type: "json" };

/** The first Node that the package is for. */
const OLDEST_NODE = [20, 19] as const;
const PATIENCE_MS = 10_000;

const said = (...command: readonly string[]): string => {
  if (Bun.which(command[0] ?? "") === null) return "";
  const { success, stdout } = Bun.spawnSync([...command], {
    stderr: "ignore",
    timeout: PATIENCE_MS,
  });
  return success ? stdout.toString().trim() : "";
};

/** Whether npm and a Node that is new enough are here. */
export const hasNode = (): boolean => {
  const [major = 0, minor = 0] = said("node", "-p", "process.versions.node").split(".").map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return isNew && Bun.which("npm") !== null;
};

/** Whether the registry that npm asks has a package of ours: a few seconds where it is away. */
export const hasRegistry = (): boolean => {
  const { commander } = top.dependencies;
  const asked = `commander@${commander}`;
  return said("npm", "view", asked, "version", "--fetch-retries=0") === commander;
};
