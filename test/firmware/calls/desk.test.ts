/** Calls at the question desk: a signature comes first, each host signs apart. */
import { describe, expect, test } from "bun:test";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { HOT } from "../../bitcoin/wallet-fixture.ts";
import { psbtOf } from "../ready-device.ts";
import { createCallBench, hostOf, settle, type TestSession } from "./call-bench.ts";

const askAddress = (session: TestSession, key: number): number => {
  const params = new Map<number, unknown>([
    [0, HOT.registered.id],
    [1, false],
    [2, 0],
    [3, true],
  ]);
  return session.ask("getAddress", params, { key });
};
const askSigning = (session: TestSession, inputs: number): number =>
  session.sign(Uint8Array.from(psbtOf(inputs).toBuffer()));

describe("a question that may be asked again at any time", () => {
  test("ends with the last session that waits for it", async () => {
    const bench = createCallBench();
    const session = bench.session();
    askAddress(session, 1);
    await settle();
    expect([bench.screens.at(-1)?.kind, bench.calls.openCalls()]).toEqual(["address", 1]);
    bench.calls.leave(session.origin.session);
    await settle();
    expect([bench.screens.at(-1)?.kind, bench.calls.openCalls()]).toEqual(["status", 0]);
    expect(bench.audited.at(-1)).toMatchObject({ outcome: { error: "cancelled" } });
  });

  test("gives way to a signature, whoever asks", async () => {
    const bench = createCallBench();
    const [auditor, vault] = [bench.session(hostOf("auditor", 2)), bench.session()];
    const shown = askAddress(auditor, 1);
    await settle();
    const signing = askSigning(vault, 1);
    await bench.pass(DEVICE_LIMITS.dwellMs);
    expect(auditor.finals(shown)).toEqual(["busy"]);
    const late = askAddress(auditor, 2);
    await settle();
    expect(auditor.finals(late)).toEqual(["busy"]);
    expect(bench.screens.at(-1)?.kind).toBe("transaction");
    bench.press("yes");
    await settle();
    expect(vault.finals(signing)).toEqual(["result"]);
  });
});

test("a signature waits for no other host's registration or pairing", async () => {
  const bench = createCallBench();
  const [operator, vault] = [bench.session(hostOf("operator", 2)), bench.session()];
  const pairing = operator.ask("startPairing", new Map([[0, "vault"]]));
  await settle();
  const signing = askSigning(vault, 1);
  await bench.pass(DEVICE_LIMITS.dwellMs);
  bench.press("yes");
  await settle();
  expect([operator.finals(pairing), vault.finals(signing)]).toEqual([["busy"], ["result"]]);
});

test("a host signs once at a time; another's question is waited for, and no longer", async () => {
  const bench = createCallBench();
  const [first, second] = [bench.session(), bench.session(hostOf("vault", 2))];
  const signing = askSigning(first, 1);
  const other = askSigning(first, 2);
  await settle();
  const late = askSigning(second, 2);
  await settle();
  expect([first.finals(other), second.finals(late)]).toEqual([["busy"], ["busy"]]);
  bench.press("no");
  await settle();
  expect(first.finals(signing)).toEqual(["declined"]);
  askSigning(first, 1);
  await bench.pass(DEVICE_LIMITS.doublePressMs);
  const again = askSigning(second, 2);
  await bench.pass(DEVICE_LIMITS.dwellMs);
  bench.press("yes");
  await settle();
  expect(second.finals(again)).toEqual(["result"]);
});
