/** `mayfly manifest`: the document that says who is trusted, from its draft to its signatures. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { MANIFEST } from "../../../protocol/manifest/manifest.ts";
import {
  type Change,
  changeLine,
  diffManifests,
  isSigned,
  jsonOf,
  jsonSchemaOf,
  manifestText,
  rosterProblems,
} from "../../manifest/index.ts";
import { toHex } from "../bytes.ts";
import {
  manifestEvent,
  openLineage,
  openShown,
  refuseProblems,
  signatureLine,
} from "../manifests.ts";
import type { Output } from "../output.ts";
import { answer, declare, declareGroup } from "../program.ts";
import { completeManifestCommand } from "./manifest-complete.ts";
import { newManifestCommand } from "./manifest-new.ts";
import { signManifestCommand } from "./manifest-sign.ts";

const show = (file: string, output: Output): Outcome<unknown> => {
  const shown = openShown(file, output);
  if (!shown.ok) return shown;
  const { manifest } = shown.value;
  output.say({ ...manifestEvent(shown.value), manifest: jsonOf(MANIFEST, manifest) }, [
    ...manifestText(manifest),
    signatureLine(shown.value),
  ]);
  const problems = rosterProblems(manifest);
  return problems.length === 0 ? ok(undefined) : refuseProblems(file, problems, output);
};

const showCommand = () =>
  declare("show", "all that a manifest says, for a person to review; checks its rules")
    .argument("<file>", "an author's JSON, or a lineage: its newest version")
    .action((file) => answer((output) => show(file, output)));

const changeEvent = ({ place, ...sides }: Change) => ({ place, ...sides });

const diff = (before: string, after: string, output: Output): Outcome<unknown> => {
  const [left, right] = [openShown(before, output), openShown(after, output)];
  if (!left.ok) return left;
  if (!right.ok) return right;
  const changes = diffManifests(left.value.manifest, right.value.manifest);
  output.say({ ...manifestEvent(right.value), changes: changes.map(changeEvent) }, [
    `from ${toHex(left.value.hash)}`,
    `to   ${toHex(right.value.hash)}`,
    ...(changes.length === 0 ? ["No difference."] : changes.map(changeLine)),
  ]);
  return ok(undefined);
};

const diffCommand = () =>
  declare("diff", "what differs between two manifests, exactly")
    .argument("<before>", "an author's JSON, or a lineage: its newest version")
    .argument("<after>", "the same")
    .action((before, after) => answer((output) => diff(before, after, output)));

const verify = (file: string, genesis: string | undefined, output: Output): Outcome<unknown> => {
  const lineage = openLineage(file, output);
  if (!lineage.ok) return lineage;
  const { draft, newest, versions } = lineage.value;
  const draftHash = toHex(draft.hash);
  if (genesis !== undefined && genesis !== draftHash) {
    return fail("lineage_foreign", { file, genesis: draftHash });
  }
  const isValid = isSigned(newest);
  const shown = { ...newest, isValid };
  output.say({ ...manifestEvent(shown), genesis: draftHash }, [
    `genesis ${draftHash}`,
    ...versions.map(
      (one) => `version ${one.manifest.version}  ${toHex(one.hash)}  ${one.signers.join(", ")}`,
    ),
    signatureLine(shown),
  ]);
  if (!isValid) {
    const { signers, required } = newest;
    return fail("signatures_missing", { signatures: signers.length, required });
  }
  const problems = rosterProblems(newest.manifest);
  return problems.length === 0 ? ok(undefined) : refuseProblems(file, problems, output);
};

const verifyCommand = () =>
  declare("verify", "whether a lineage leads from its genesis to its newest version")
    .argument("<lineage>", "a file of mayfly manifest sign")
    .option("--genesis <hash>", "the genesis that it must come from")
    .action((file, options) => answer((output) => verify(file, options.genesis, output)));

const schema = (output: Output): Outcome<unknown> => {
  const described = jsonSchemaOf(MANIFEST, "Mayfly manifest");
  output.say(
    { event: "schema", schema: described },
    JSON.stringify(described, null, 2).split("\n"),
  );
  return ok(undefined);
};

const schemaCommand = () =>
  declare("schema", "the JSON Schema of an author's manifest, for editors").action(() =>
    answer((output) => schema(output)),
  );

/** The command and its subcommands. */
export const manifestCommand = () =>
  declareGroup("manifest", "who is trusted: people, keys, hosts, wallets, firmware")
    .addCommand(newManifestCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(signManifestCommand())
    .addCommand(completeManifestCommand())
    .addCommand(verifyCommand())
    .addCommand(schemaCommand());
