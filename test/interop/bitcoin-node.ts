/**
 * btcd as a real Bitcoin node: a chain of its own (regtest), on the loopback address alone, without
 * peers, under the relay rules of the main network. Built by Go at the versions of
 * bitcoin-node/go.sum and kept in Go's cache, or found on the path.
 */
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const FOLDER = join(import.meta.dir, "bitcoin-node");
const BUILD_TIMEOUT_MS = 300_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const LISTENING = /RPC server listening on 127\.0\.0\.1:(\d+)/;
const USER = "mayfly";

/** What the node answers: a result, or its reason. */
export type NodeReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly why: string };

/** A running node; disposing of it ends its process and removes its folder. */
export interface BitcoinNode extends AsyncDisposable {
  readonly call: (method: string, ...params: readonly unknown[]) => Promise<NodeReply>;
}

const built = async (): Promise<string | undefined> => {
  const go = Bun.which("go");
  if (go === null) return undefined;
  const child = Bun.spawn([go, "-C", FOLDER, "tool", "-n", "btcd"], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: BUILD_TIMEOUT_MS,
  });
  const [path, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return code === 0 ? path.trim() : undefined;
};

/** The program, built first where it has to be; `undefined` where there is none. */
export const findBitcoinNode = async (): Promise<string | undefined> =>
  (await built()) ?? Bun.which("btcd") ?? undefined;

const settingsOf = (password: string, miningAddress: string): string =>
  [
    "[Application Options]",
    "regtest=1",
    "rejectnonstd=1",
    "txindex=1",
    "nolisten=1",
    "nodnsseed=1",
    "notls=1",
    "rpclisten=127.0.0.1:0",
    `rpcuser=${USER}`,
    `rpcpass=${password}`,
    `miningaddr=${miningAddress}`,
    "",
  ].join("\n");

/** Reads what the node says, to its end; gives the port as soon as it is named. */
const portFrom = (output: ReadableStream<Uint8Array>): Promise<number> => {
  const named = Promise.withResolvers<number>();
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let said = "";
    for await (const chunk of output) {
      said = (said + decoder.decode(chunk, { stream: true })).slice(-10_000);
      const port = LISTENING.exec(said)?.[1];
      if (port !== undefined) named.resolve(Number(port));
    }
    named.reject(new Error(`the node ended: ${said}`));
  };
  const timer = setTimeout(() => named.reject(new Error("the node is silent")), START_TIMEOUT_MS);
  void read().catch(named.reject);
  return named.promise.finally(() => clearTimeout(timer));
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A field of what a node answered; `undefined` where there is none. */
export const fieldOf = (value: unknown, name: string): unknown =>
  isRecord(value) ? value[name] : undefined;

/** Asks by `node:http`, which no proxy of the environment comes between, as it would for fetch. */
const post = (port: number, auth: string, body: string): Promise<string> => {
  const answered = Promise.withResolvers<string>();
  const headers = { "content-type": "application/json" };
  const asked = request({ host: "127.0.0.1", port, method: "POST", auth, headers }, (response) => {
    void text(response).then(answered.resolve, answered.reject);
  });
  asked.on("error", answered.reject);
  asked.end(body);
  return answered.promise;
};

const caller =
  (port: number, password: string): BitcoinNode["call"] =>
  async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "1.0", id: 1, method, params });
    const reply: unknown = JSON.parse(await post(port, `${USER}:${password}`, body));
    const error = fieldOf(reply, "error");
    if (!isRecord(error)) return { ok: true, result: fieldOf(reply, "result") };
    return { ok: false, why: String(error["message"]) };
  };

/** Starts a node in a new folder; it mines to `miningAddress`. Throws where it does not start. */
export const startBitcoinNode = async (
  program: string,
  miningAddress: string,
): Promise<BitcoinNode> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-node-"));
  const password = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const settings = join(folder, "btcd.conf");
  await writeFile(settings, settingsOf(password, miningAddress), { mode: 0o600 });
  const [data, logs] = [join(folder, "data"), join(folder, "logs")];
  const child = Bun.spawn(
    [program, `--configfile=${settings}`, `--datadir=${data}`, `--logdir=${logs}`],
    { cwd: folder, env: { HOME: folder }, stdio: ["ignore", "pipe", "ignore"] },
  );
  const kill = (): void => child.kill("SIGKILL");
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const abandon = (): void => {
    kill();
    remove();
  };
  // A test that is itself ended takes its node along.
  const terminate = (): void => process.exit(143);
  process.once("exit", abandon);
  process.once("SIGTERM", terminate);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(kill, STOP_TIMEOUT_MS);
    await child.exited;
    clearTimeout(timer);
    process.off("exit", abandon);
    process.off("SIGTERM", terminate);
    remove();
  };
  try {
    const call = caller(await portFrom(child.stdout), password);
    return { call, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
