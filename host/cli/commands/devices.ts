/** `mayfly devices`: the signers on this machine, asked one by one for their public state. */
import { ok } from "../../../protocol/errors.ts";
import { openClient } from "../../driver/index.ts";
import { listPorts } from "../../serial/index.ts";
import { toHex } from "../bytes.ts";
import { runFolder } from "../home.ts";
import type { Output } from "../output.ts";
import { answer, declare } from "../program.ts";
import { openLine } from "../open-line.ts";
import { runningEmulators } from "../running.ts";

interface Candidate {
  readonly path: string;
  readonly serial?: string;
}

/** USB ports and running emulators; a bare UART is asked only when it is named. */
const candidates = (): readonly Candidate[] => [
  ...listPorts()
    .filter(({ vendorId }) => vendorId !== undefined)
    .map(({ path, serialNumber }) =>
      serialNumber === undefined ? { path } : { path, serial: serialNumber },
    ),
  ...runningEmulators(runFolder()).map(({ path }) => ({ path })),
];

const describe = async (candidate: Candidate) => {
  const unknown = { ...candidate, name: null, phase: null, fingerprint: null, bootId: null };
  const client = await openClient({
    open: () => openLine(candidate.path),
    connectTimeoutMs: 1500,
    reconnectMs: 0,
  });
  if (!client.ok) return { ...unknown, busy: client.error === "port_busy" };
  const reply = await client.value.getStatus({});
  await client.value.close();
  if (!reply.ok) return { ...unknown, busy: false };
  const { name, phase, fingerprint, bootId } = reply.value;
  return {
    ...candidate,
    busy: false,
    name,
    phase,
    fingerprint: fingerprint === undefined ? null : toHex(fingerprint),
    bootId: toHex(bootId),
  };
};

const devices = async (output: Output) => {
  const found = await Promise.all(candidates().map(describe));
  const lines = found.map(({ path, busy, name, phase, fingerprint }) =>
    name === null
      ? `${path}  ${busy ? "busy: another program holds it" : "no signer answers"}`
      : `${path}  ${name}  ${phase}  ${fingerprint ?? "no keys"}`,
  );
  output.say(
    { event: "devices", devices: found },
    lines.length === 0 ? ["No signer found; mayfly emulate starts one."] : lines,
  );
  return ok(undefined);
};

/** The command. */
export const devicesCommand = () =>
  declare("devices", "find the signers on this machine").action(() => answer(devices));
