/** From the start of a program to its signer's first answer, as a user waits for it. */
import { openClient, openPort } from "../../host/client/index.ts";
import { openHome, type Program } from "./serving.ts";

/** A signer that answered. */
export interface FirstAnswer {
  /** From the program's start until it says that its signer listens. */
  readonly listensMs: number;
  /** From the program's start until the status is there. */
  readonly answersMs: number;
  readonly engine: string;
  /** What protects its keys. */
  readonly protections: readonly string[];
  /** Hex. */
  readonly firmwareDigest: string;
}

const statusAt = async (path: string) => {
  const client = await openClient({ open: openPort(path) });
  if (!client.ok) throw new Error(`no signer at ${path}: ${client.error}`);
  const status = await client.value.getStatus({});
  await client.value.close();
  if (!status.ok) throw new Error(`no status: ${status.error}`);
  return status.value;
};

/** Starts `mayfly emulate`, asks its signer for its status, and ends it. */
export const firstAnswer = async (program: Program): Promise<FirstAnswer> => {
  await using home = await openHome();
  const began = performance.now();
  const { path } = await home.serve(program);
  const listensMs = performance.now() - began;
  const { secrets, firmwareDigest } = await statusAt(path);
  const answersMs = performance.now() - began;
  const { engine, protections } = secrets;
  return { listensMs, answersMs, engine, protections, firmwareDigest: firmwareDigest.toHex() };
};
