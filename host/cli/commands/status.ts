/** `mayfly status`: public state of a device, in any phase. */
import type { Commands } from "../../../protocol/commands/registry.ts";
import { ok } from "../../../protocol/errors.ts";
import { toHex } from "../bytes.ts";
import { withDevice } from "../device.ts";
import type { Output } from "../output.ts";
import { answer, declare, PORT } from "../program.ts";

const duration = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

type Status = Commands["getStatus"]["result"];

const believedOf = (manifest: Status["manifest"]) =>
  manifest === undefined ? null : { ...manifest, hash: toHex(manifest.hash) };

const manifestLines = (believed: ReturnType<typeof believedOf>): readonly string[] =>
  believed === null
    ? []
    : [`  manifest     version ${believed.version}, ${believed.hash}, key ${believed.keyId}`];

const secretsLines = ({
  engine,
  library,
  volatile,
  protections,
  missing = [],
}: Status["secrets"]): readonly string[] => [
  `  secrets      ${engine} (${library}), volatile: ${volatile}`,
  ...(protections.length === 0 ? [] : [`  protected    ${protections.join(", ")}`]),
  ...(missing.length === 0 ? [] : [`  unprotected  ${missing.join(", ")}`]),
];

const status = (port: string, output: Output) =>
  withDevice(port, async (client) => {
    const reply = await client.getStatus({});
    if (!reply.ok) return reply;
    const { bootId, firmwareDigest, fingerprint, secrets, manifest, ...rest } = reply.value;
    const believed = believedOf(manifest);
    const shown = fingerprint === undefined ? null : toHex(fingerprint);
    const insecure = rest.insecure ? ["insecure"] : [];
    output.say(
      {
        event: "status",
        ...rest,
        bootId: toHex(bootId),
        firmwareDigest: toHex(firmwareDigest),
        secrets,
        manifest: believed,
        fingerprint: shown,
      },
      [
        [`${rest.name}: ${rest.phase}`, ...insecure, `up ${duration(rest.uptimeMs)}`].join(", "),
        `  fingerprint  ${shown ?? "none"}`,
        ...manifestLines(believed),
        ...secretsLines(secrets),
        `  firmware     ${rest.version}, protocol ${rest.protocol}, ${toHex(firmwareDigest)}`,
        `  boot         ${toHex(bootId)}`,
      ],
    );
    return ok(undefined);
  });

/** The command. */
export const statusCommand = () =>
  declare("status", "what a device says of itself, in any phase")
    .requiredOption("--port <port>", PORT)
    .action((options) => answer((output) => status(options.port, output)));
