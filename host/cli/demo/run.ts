/**
 * The main job on this machine, from nothing: three signers, their custodians, a power cut, a batch
 * of withdrawals screened, drafted, signed 2-of-3, checked and printed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { type RequestList, screenBatch } from "../../control/index.ts";
import type { FinalTransaction } from "../../vault/index.ts";
import type { Withdrawal } from "../../withdrawal.ts";
import { untilInterrupted } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { badOption } from "../program.ts";
import { checkPayment, type DemoDraft, draftPayments, signDraft } from "./payment.ts";
import { demoRequests, demoScreening } from "./requests.ts";
import { holdGenesis } from "./genesis.ts";
import { makePeople, THRESHOLD } from "./people.ts";
import {
  cutPower,
  makeHost,
  provision,
  type ReadySigner,
  type SharedSigner,
  type StartedSigner,
  startSigner,
} from "./signers.ts";
import {
  formatSats,
  sayChecked,
  sayDone,
  sayRefusedLine,
  sayScreened,
  tellQuorum,
  tellStep,
} from "./story.ts";
import { type DemoWallet, makeWallet } from "./wallet.ts";

/** The signers' names. */
export const SIGNER_NAMES = ["A", "B", "C"] as const;

/** What the user may choose. */
export interface DemoOptions {
  readonly requests?: string | undefined;
  /** The signer that is unplugged in the middle of its work. */
  readonly unplug?: string | undefined;
}

/** In the middle of at least three inputs. */
const UNPLUG_AFTER_INPUT = 2;

/** All outcomes' values, or the first refusal. */
const all = <T>(outcomes: readonly Outcome<T>[]): Outcome<readonly T[]> => {
  const values: T[] = [];
  for (const outcome of outcomes) {
    if (!outcome.ok) return outcome;
    values.push(outcome.value);
  }
  return ok(values);
};

/** The signers' processes as they come up; all of them are in `starting` before the first is. */
const start = async (
  folder: string,
  starting: Promise<Outcome<StartedSigner>>[],
  output: Output,
): Promise<Outcome<readonly StartedSigner[]>> => {
  tellStep(output, "Three signers start, each a process on a serial line of its own");
  const host = makeHost();
  for (const name of SIGNER_NAMES) starting.push(startSigner(name, folder, host));
  const started = all(await Promise.all(starting));
  for (const { name, emulator } of started.ok ? started.value : []) {
    output.tell(`  ${name}  process ${emulator.pid()}  ${emulator.path}`);
  }
  return started;
};

const loadSeeds = async (
  signers: readonly StartedSigner[],
  options: DemoOptions,
  output: Output,
): Promise<Outcome<readonly ReadySigner[]>> => {
  const people = makePeople();
  const names = people.map(({ person }) => person.name);
  tellStep(
    output,
    `A manifest says who is trusted, signed by ${THRESHOLD} of ${names.join(", ")}; ` +
      `each signer makes its seed, which any ${THRESHOLD} of them bring back`,
  );
  const genesis = await holdGenesis(signers, people);
  if (!genesis.ok) return genesis;
  const cut = await cutAll(genesis.value.signers, options, output);
  if (!cut.ok) return cut;
  const present = people.slice(0, THRESHOLD);
  const absent = names.slice(THRESHOLD);
  tellStep(
    output,
    `${absent.join(" and ")} are away; the others type the words on each screen ` +
      "and seal their shares to its boot key",
  );
  const { lineage } = genesis.value;
  const ready = all(await Promise.all(cut.value.map((one) => provision(one, present, lineage))));
  if (!ready.ok) return ready;
  for (const { name, fingerprint } of ready.value) {
    output.say({ event: "provisioned", name, shares: present.length, absent }, [
      `  ${name}  ready, keys in RAM, fingerprint ${fingerprint}`,
    ]);
  }
  return ready;
};

const cutAll = async (
  signers: readonly SharedSigner[],
  options: DemoOptions,
  output: Output,
): Promise<Outcome<readonly SharedSigner[]>> => {
  tellStep(output, "Power cut: all three forget everything");
  const cut = await Promise.all(
    signers.map((one) =>
      cutPower(one, one.name === options.unplug ? UNPLUG_AFTER_INPUT : undefined),
    ),
  );
  for (const { name } of signers)
    output.say({ event: "powercut", name }, [`  ${name}  sealed again`]);
  return all(cut);
};

const screenRequests = (
  { requests, refused }: RequestList,
  output: Output,
): readonly Withdrawal[] => {
  tellStep(output, "Control screens the withdrawals");
  for (const line of refused) sayRefusedLine(output, line);
  const screened = screenBatch(requests, demoScreening(Date.now()));
  for (const one of screened) sayScreened(output, one);
  return screened.filter(({ verdict }) => verdict === "pass").map(({ withdrawal }) => withdrawal);
};

/** The signer to be unplugged is among the first two, so that its loss is felt. */
const inOrder = (signers: readonly ReadySigner[], unplug: string | undefined) => [
  ...signers.filter(({ name }) => name === unplug),
  ...signers.filter(({ name }) => name !== unplug),
];

const sign = (
  draft: DemoDraft,
  wallet: DemoWallet,
  signers: readonly ReadySigner[],
  unplug: string | undefined,
  output: Output,
): Promise<Outcome<FinalTransaction>> => {
  tellStep(output, "The vault asks two of three over the serial line");
  return signDraft(draft, wallet, inOrder(signers, unplug), (event) => {
    // Any other failure of that signer is told as what it is.
    const isLost = event.kind === "failed" && event.failure.error === "link_down";
    const lost = signers.find(({ name }) => isLost && name === event.name && name === unplug);
    if (lost !== undefined) {
      const { name, pid } = lost;
      const place = `after its input ${UNPLUG_AFTER_INPUT} (process ${pid})`;
      output.say({ event: "unplugged", name, pid, afterInput: UNPLUG_AFTER_INPUT }, [
        `  ${name} was unplugged ${place}; the third takes over`,
      ]);
    } else tellQuorum(output, event);
  });
};

const pay = async (
  signers: readonly ReadySigner[],
  requests: RequestList,
  options: DemoOptions,
  output: Output,
  beganMs: number,
): Promise<Outcome<unknown>> => {
  const wallet = await makeWallet(signers);
  if (!wallet.ok) return wallet;
  const passed = screenRequests(requests, output);
  if (passed.length === 0) return fail("nothing_to_pay");
  const draft = draftPayments(wallet.value, passed);
  if (!draft.ok) return draft;
  const { prevouts, feeSats, changeSats } = draft.value;
  const counts = `${prevouts.length} inputs, ${passed.length} payments`;
  const rest = `fee ${formatSats(feeSats)}, change ${formatSats(changeSats)}`;
  tellStep(output, `The vault drafts one transaction: ${counts}, ${rest}`);
  const final = await sign(draft.value, wallet.value, signers, options.unplug, output);
  if (!final.ok) return final;
  tellStep(output, "Control checks the signed transaction on a code path of its own");
  const report = checkPayment(draft.value, wallet.value, final.value);
  sayChecked(output, report);
  if (!report.ok) return fail("check_failed");
  const { descriptor } = wallet.value;
  sayDone(output, { descriptor, prevouts, final: final.value, signers, beganMs });
  return ok(undefined);
};

const stopStarted = async (started: Outcome<StartedSigner>): Promise<void> => {
  if (started.ok) await started.value.emulator.stop();
};

const inFolder = async (
  folder: string,
  options: DemoOptions,
  output: Output,
  starting: Promise<Outcome<StartedSigner>>[],
): Promise<Outcome<unknown>> => {
  const beganMs = performance.now();
  const requests = demoRequests(options.requests);
  if (!requests.ok) return requests;
  const started = await start(folder, starting, output);
  if (!started.ok) return started;
  const ready = await loadSeeds(started.value, options, output);
  if (!ready.ok) return ready;
  const paid = await pay(ready.value, requests.value, options, output, beganMs);
  await Promise.all(ready.value.map(({ client }) => client.close()));
  return paid;
};

/** Runs the demo in a folder of its own, which is gone afterwards with every process it started. */
export const runDemo = async (options: DemoOptions, output: Output): Promise<Outcome<unknown>> => {
  const { unplug } = options;
  if (unplug !== undefined && !SIGNER_NAMES.some((name) => name === unplug)) {
    return badOption("--unplug", "neither A, B nor C");
  }
  const folder = mkdtempSync(join(tmpdir(), "mayfly-demo-"));
  const starting: Promise<Outcome<StartedSigner>>[] = [];
  const clean = async (): Promise<void> => {
    const started = await Promise.all(starting);
    await Promise.all(started.map(stopStarted));
    rmSync(folder, { recursive: true, force: true });
  };
  return untilInterrupted(() => inFolder(folder, options, output, starting), clean);
};
