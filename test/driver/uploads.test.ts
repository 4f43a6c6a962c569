/** An upload through the typed client, the session and the link: in order, resumed, and whole. */
import { afterAll, describe, expect, test } from "bun:test";
import { serveLine } from "../../firmware/line.ts";
import { createCable } from "../../hardware/emulator/lines/cable.ts";
import { createClock } from "../../hardware/emulator/board/clock.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { type Client, noiseSuite, openClient } from "../../host/driver/index.ts";
import { decodeMessage } from "../../protocol/call/envelope.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createCallBench } from "../firmware/calls/call-bench.ts";
import {
  countedBytes,
  createHashing,
  type Seen,
  sha256Of,
} from "../firmware/calls/upload-bench.ts";
import { unwrap, until } from "./lines.ts";

const THREE_MEBIBYTES = 3 << 20;
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const clients: Client[] = [];

afterAll(async () => {
  for (const client of clients) await client.close();
});

/** A device on a cable whose signing hashes what it is given, and a client of it. */
const start = async (onTake: (seen: Seen, unplug: () => void) => void = () => undefined) => {
  const [cable, linkKey, hostKey] = [
    createCable(),
    noiseSuite.keyPair(random(32)),
    noiseSuite.keyPair(random(32)),
  ];
  const { signPsbt, receptions } = createHashing((seen) => onTake(seen, cable.reseat));
  const { calls } = createCallBench({ handlers: { signPsbt } });
  const offsets: number[] = [];
  const sizes: (number | undefined)[] = [];
  const deadlinesMs: number[] = [];
  const bootId = new Uint8Array(16);
  serveLine({
    hal: { clock: createClock(), crypto: createCrypto(), link: cable.device },
    calls: {
      take: (plaintext, origin) => {
        const message = decodeMessage(plaintext);
        if (message.ok && message.value.kind === "chunk") offsets.push(message.value.offset);
        if (message.ok && message.value.kind === "request") {
          sizes.push(message.value.body?.size);
          deadlinesMs.push(message.value.deadlineMs ?? 0);
        }
        calls.take(plaintext, origin);
      },
      leave: calls.leave,
    },
    responder: {
      suite: noiseSuite,
      ephemeral: () => noiseSuite.keyPair(random(32)),
      linkKey: () => linkKey,
      pairingKey: () => undefined,
      onPairingOpened: () => undefined,
      onPairingFailed: () => undefined,
      accepts: () => true,
    },
    state: () => ({ bootId, phase: "ready" }),
    nonce: () => random(16),
    onTurn: () => undefined,
    onFault: () => {
      throw new Error("a fault");
    },
  });
  const client = unwrap(
    await openClient({
      open: () => {
        const end = cable.attach();
        return Promise.resolve(end === undefined ? fail("port_busy") : ok(end));
      },
      identity: {
        hostKey,
        deviceOf: () => ok({ deviceKey: linkKey.publicKey, grants: [{ role: "vault" }] }),
      },
    }),
  );
  clients.push(client);
  return { client, receptions, offsets, sizes, deadlinesMs, calls };
};

describe("an upload of 3 MiB", () => {
  test("arrives whole and in order, its params before it", async () => {
    const { client, receptions, offsets, deadlinesMs, calls } = await start();
    const psbt = countedBytes(THREE_MEBIBYTES);
    const walletId = new Uint8Array(32).fill(5);
    const told = new Set<string>();
    const onProgress = ({ phase }: { readonly phase: string }): void => void told.add(phase);
    const asked = client.signPsbt({ psbt, walletId }, { onProgress });
    const sha256 = sha256Of(psbt);
    psbt.fill(0); // the caller's own bytes are his again at once
    expect(await asked).toMatchObject(fail("wallet_unknown"));
    expect(receptions).toEqual([
      { params: { walletId }, callMembers: [], bytes: THREE_MEBIBYTES, sha256 },
    ]);
    expect([offsets[0], offsets.every((offset, i) => offset > (offsets[i - 1] ?? -1))]).toEqual([
      0,
      true,
    ]);
    expect([...told].toSorted()).toEqual(["receiving", "working"]);
    expect(calls.heldBytes()).toBe(0);
    // A person's 150 s, and a second more for each 8,000 bytes.
    expect(Math.round((deadlinesMs.at(-1) ?? 0) / 100_000)).toBe(5);
  });

  test("is cut off twice, and goes on each time at what the device has", async () => {
    let cuts = 0;
    const { client, receptions, offsets, sizes } = await start((seen, unplug) => {
      if (seen.bytes < (cuts + 1) << 20 || cuts === 2) return;
      cuts += 1;
      unplug();
    });
    const psbt = countedBytes(THREE_MEBIBYTES);
    expect(await client.signPsbt({ psbt })).toMatchObject(fail("wallet_unknown"));
    expect(cuts).toBe(2);
    expect(receptions).toMatchObject([{ bytes: THREE_MEBIBYTES, sha256: sha256Of(psbt) }]);
    expect(sizes.filter((size) => size === THREE_MEBIBYTES)).toHaveLength(3);
    // Each byte crossed the line once: what followed a cut began where the device was.
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
    expect(offsets.every((offset, i) => i === 0 || offset > (offsets[i - 1] ?? 0))).toBe(true);
  });
});

test("an empty upload is one, too; what is none never leaves the host", async () => {
  const { client, receptions, sizes } = await start();
  expect(await client.signPsbt({ psbt: new Uint8Array(0) })).toMatchObject(fail("wallet_unknown"));
  expect([receptions.length, sizes.at(-1)]).toEqual([1, 0]);
  const asked = sizes.length;
  const tooLarge = new Uint8Array(LIMITS.upload + 1);
  expect(await client.signPsbt({ psbt: tooLarge })).toEqual(fail("invalid_params"));
  const wrong = { psbt: new Uint8Array(9), walletId: new Uint8Array(31) };
  expect(await client.signPsbt(wrong)).toEqual(fail("invalid_params"));
  expect(sizes).toHaveLength(asked);
});

test("a client that gives up leaves nothing behind", async () => {
  const mind = new AbortController();
  const { client, receptions, calls } = await start((seen) => {
    if (seen.bytes > 1 << 20) mind.abort();
  });
  const psbt = countedBytes(THREE_MEBIBYTES);
  expect(await client.signPsbt({ psbt }, { signal: mind.signal })).toEqual(fail("cancelled"));
  await until("nothing is held", () => calls.heldBytes() === 0 && calls.openCalls() === 0);
  expect(receptions.map(({ sha256 }) => sha256)).toEqual([undefined]);
});
