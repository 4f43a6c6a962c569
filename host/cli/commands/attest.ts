/** `mayfly attest`: a device's state, signed by it for this session, and verified. */
import { decodeSign1 } from "../../../protocol/cose/sign1.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { type AskedAttestation, askAttestation, type Attested } from "../../audit/index.ts";
import type { Client } from "../../driver/index.ts";
import { isSigned, type Lineage } from "../../manifest/index.ts";
import { fromHex, toHex } from "../bytes.ts";
import { withOwnDevice } from "../device.ts";
import { openLineage, pinSeen } from "../manifests.ts";
import type { Output, OutputEvent } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";

const NONE = new Uint8Array(0);

const eventOf = ({ reply, checked }: AskedAttestation): OutputEvent => ({
  event: "attested",
  statement: toHex(reply.statement),
  signature: toHex(decodeSign1(reply.statement)?.signature ?? NONE),
  certificate: toHex(reply.certificate),
  valid: checked.ok,
});

const linesOf = ({ attestation, certificate }: Attested): readonly string[] => {
  const { calls, refusals, charges, chargedSats, keys } = attestation.counters;
  const upSeconds = (attestation.uptimeMs / 1000).toFixed(1);
  return [
    `${attestation.device}: ${attestation.phase}, up ${upSeconds} s; the signature holds.`,
    `  boot         ${toHex(attestation.bootId)}`,
    `  firmware     ${attestation.version}, ${toHex(attestation.firmwareDigest)}`,
    `  calls        ${calls}, ${refusals} of them refused; ${keys} keys held`,
    `  charged      ${charges} transactions, ${chargedSats} sat`,
    `  certified by ${toHex(certificate.certifier)}, seed ${toHex(certificate.fingerprint)}`,
  ];
};

/** One that does not hold is evidence, for programs; people are told why it does not. */
const say = (asked: AskedAttestation, output: Output): Outcome<void> => {
  const { checked } = asked;
  output.say(eventOf(asked), checked.ok ? linesOf(checked.value) : []);
  return checked.ok ? ok(undefined) : checked;
};

interface AttestOptions {
  readonly port: string;
  readonly nonce?: string | undefined;
  readonly manifest?: string | undefined;
}

/** The lineage of a file, whose newest version enough people have signed. */
const openSigned = (file: string | undefined, output: Output): Outcome<Lineage | undefined> => {
  if (file === undefined) return ok(undefined);
  const lineage = openLineage(file, output);
  if (!lineage.ok) return lineage;
  const { newest } = lineage.value;
  if (!isSigned(newest)) return fail("signatures_missing", { file, required: newest.required });
  const pinned = pinSeen(lineage.value, output);
  return pinned.ok ? lineage : fail(pinned.error, { file, ...pinned.details });
};

/** What a manifest says of the device of this name. */
const knownOf = (lineage: Lineage, name: string) => {
  const { manifest, hash } = lineage.newest;
  const made = manifest.keys.find(({ device }) => device === name)?.made;
  return made === undefined
    ? fail("key_unknown", { device: name })
    : ok({ certifier: made.auditKey, manifestHash: hash });
};

const attestTo = async (
  client: Client,
  nonce: Uint8Array,
  lineage: Lineage | undefined,
  signal: AbortSignal,
): Promise<Outcome<AskedAttestation>> => {
  if (lineage === undefined) return askAttestation(client, { nonce, signal });
  const status = await client.getStatus({}, { signal });
  if (!status.ok) return status;
  const known = knownOf(lineage, status.value.name);
  return known.ok ? askAttestation(client, { nonce, known: known.value, signal }) : known;
};

const attest = async (options: AttestOptions, output: Output): Promise<Outcome<unknown>> => {
  const nonce = options.nonce === undefined ? NONE : fromHex(options.nonce);
  if (nonce === undefined || nonce.length > LIMITS.attestationNonce) {
    return badOption("--nonce", `not hex of at most ${LIMITS.attestationNonce} bytes`);
  }
  const lineage = openSigned(options.manifest, output);
  if (!lineage.ok) return lineage;
  return withOwnDevice(options.port, async (client, signal): Promise<Outcome<unknown>> => {
    const asked = await attestTo(client, nonce, lineage.value, signal);
    return asked.ok ? say(asked.value, output) : asked;
  });
};

/** The command. */
export const attestCommand = () =>
  declare("attest", "a device's state, signed for this session and verified")
    .requiredOption("--port <port>", PORT)
    .option("--nonce <hex>", "a nonce of yours, to come back under the signature")
    .option("--manifest <lineage>", "whose certifying key it must be, and which it is ready under")
    .action((options) => answer((output) => attest(options, output)));
