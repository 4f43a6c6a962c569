/** startPairing and pair: who is asked what, what the host gets, and when it gets nothing. */
import { describe, expect, test } from "bun:test";
import type { Device } from "../../../firmware/device.ts";
import type { Screen } from "../../../firmware/hal.ts";
import type { ConsentError } from "../../../firmware/consent.ts";
import { pairingHandlers } from "../../../firmware/handlers/pairing.ts";
import { createCredentials } from "../../../firmware/pairing/credential.ts";
import { acceptClaim, NOBODY } from "../../../firmware/trust.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { REGISTRY } from "../../../protocol/commands/registry.ts";
import { type Role, ROLES } from "../../../protocol/session/role.ts";
import { at, errorOf, unwrap } from "../outcomes.ts";
import { createPairingRoom, deviceKeys, identityOf, readyWith } from "./pairing-room.ts";

const { startPairing, pair } = pairingHandlers;
const HASH = new Uint8Array(32).fill(7);
const HOST = new Uint8Array(32).fill(3);

interface DeskOptions {
  readonly insecure?: boolean;
  readonly says?: ConsentError;
  /** What happens while the person looks. */
  readonly meanwhile?: (become: (device: Device) => void) => void;
}

/** A ready device with a person before it. */
const createDesk = ({ insecure = false, says, meanwhile }: DeskOptions = {}) => {
  const { secrets, keys } = deviceKeys();
  const room = createPairingRoom(readyWith(keys));
  const asked: Screen[] = [];
  const context = {
    hal: { identity: identityOf(insecure), secrets },
    pairing: room.pairing,
    device: room.device,
    trust: () => ({ ...NOBODY, generation: 5 }),
    handshakeHash: HASH,
    ask: async (screen: Screen) => {
      asked.push(screen);
      meanwhile?.(room.become);
      return says === undefined
        ? ({ ok: true, value: undefined } as const)
        : ({ ok: false, error: says } as const);
    },
  };
  return { ...room, secrets, keys, asked, context };
};

/** The same with an open code and the session of one who has read it. */
const createOpenDesk = async (role: Role = "vault", options: DeskOptions = {}) => {
  const desk = createDesk(options);
  unwrap(await startPairing(desk.context, { role }));
  desk.pairing.opened(HASH);
  return desk;
};

describe("startPairing", () => {
  test("names the role, asks, and shows the words and nothing else", async () => {
    const desk = createDesk();
    const reply = unwrap(await startPairing(desk.context, { role: "vault" }));
    expect(reply).toEqual({ lifeMs: LIMITS.pairingMs });
    expect(REGISTRY.startPairing.result.check(reply)).toBe(true);
    expect(desk.asked).toEqual([{ kind: "message", lines: ["Pair a host?", "role: vault"] }]);
    const screen = at(desk.shown, 0);
    expect(screen?.kind).toBe("pairing-code");
    expect(screen?.lines).toHaveLength(12);
    for (const line of screen?.lines ?? []) expect(line).toMatch(/^[a-z]{3,8}$/);
  });

  test.each([...ROLES])("as %s on a real board and on an emulator", async (role) => {
    const isPairable = role === "vault" || role === "auditor";
    const real = createDesk();
    const outcome = await startPairing(real.context, { role });
    expect(errorOf(outcome)).toBe(isPairable ? "not refused" : "role_not_pairable");
    expect([real.asked.length, real.shown.length]).toEqual(isPairable ? [1, 1] : [0, 0]);
    unwrap(await startPairing(createDesk({ insecure: true }).context, { role }));
  });

  test.each(["declined", "consent_timeout", "cancelled", "busy"] as const)(
    "%s: no code, and an open one stays",
    async (says) => {
      const desk = createDesk({ says });
      expect(errorOf(await startPairing(desk.context, { role: "vault" }))).toBe(says);
      expect([desk.filled, desk.shown]).toEqual([[], []]);
      const words = unwrap(desk.pairing.start("auditor"));
      expect(errorOf(await startPairing(desk.context, { role: "vault" }))).toBe(says);
      expect(desk.pairing.screen()?.lines).toEqual(words);
    },
  );

  test.each([
    { claim: "sealed", next: { phase: "ended", reason: "seal" } as const },
    { claim: "other keys", next: readyWith(deviceKeys("another").keys) },
  ])("a press for a device that changed meanwhile is for nothing: $claim", async ({ next }) => {
    const desk = createDesk({ meanwhile: (become) => become(next) });
    expect(errorOf(await startPairing(desk.context, { role: "vault" }))).toBe("wrong_phase");
    expect(desk.shown).toEqual([]);
  });

  test("without randomness there is no code", async () => {
    const desk = createDesk();
    desk.failRng(true);
    expect(errorOf(await startPairing(desk.context, { role: "vault" }))).toBe("rng_failed");
  });
});

describe("pair", () => {
  test("gives the link key and a credential that the device then takes", async () => {
    const desk = await createOpenDesk("auditor");
    const reply = unwrap(pair(desk.context, { hostKey: HOST, role: "auditor" }));
    expect(REGISTRY.pair.result.check(reply)).toBe(true);
    expect([reply.deviceKey, reply.generation]).toEqual([desk.keys.link.publicKey, 5]);
    const { check } = createCredentials(desk.context.hal, desk.keys);
    const claim = { role: "auditor", credential: reply.credential } as const;
    expect(acceptClaim(desk.context.trust(), HOST, claim, check)).toBe(true);
  });

  test("ends the code: a second host finds it closed, the display idle", async () => {
    const desk = await createOpenDesk();
    unwrap(pair(desk.context, { hostKey: HOST, role: "vault" }));
    expect(errorOf(pair(desk.context, { hostKey: HOST, role: "vault" }))).toBe("pairing_closed");
    expect(desk.shown.map((screen) => screen?.kind)).toEqual(["pairing-code", undefined]);
  });

  test("for another role than the screen named is closed, and costs nothing", async () => {
    const desk = await createOpenDesk("vault", { insecure: true });
    for (const role of ROLES.filter((one) => one !== "vault")) {
      expect(errorOf(pair(desk.context, { hostKey: HOST, role }))).toBe("pairing_closed");
    }
    unwrap(pair(desk.context, { hostKey: HOST, role: "vault" }));
  });

  test("for a role that pairing does not give is refused", async () => {
    const desk = await createOpenDesk();
    const outcome = pair(desk.context, { hostKey: HOST, role: "operator" });
    expect(errorOf(outcome)).toBe("role_not_pairable");
  });

  test("without a code is closed", () => {
    const { context } = createDesk();
    expect(errorOf(pair(context, { hostKey: HOST, role: "vault" }))).toBe("pairing_closed");
  });

  test("in a session that another code opened is closed", async () => {
    const desk = await createOpenDesk();
    unwrap(await startPairing(desk.context, { role: "vault" }));
    expect(errorOf(pair(desk.context, { hostKey: HOST, role: "vault" }))).toBe("pairing_closed");
  });

  test("after the code's time is closed", async () => {
    const desk = await createOpenDesk();
    desk.clock.advance(LIMITS.pairingMs);
    expect(errorOf(pair(desk.context, { hostKey: HOST, role: "vault" }))).toBe("pairing_closed");
  });

  test("takes no second name of a key", async () => {
    const desk = await createOpenDesk();
    const hostKey = HOST.with(31, 0x83);
    expect(errorOf(pair(desk.context, { hostKey, role: "vault" }))).toBe("invalid_params");
    expect(desk.pairing.role()).toBe("vault");
  });

  test("in a device without keys is refused", async () => {
    const desk = await createOpenDesk();
    desk.become({ phase: "ended", reason: "seal" });
    expect(errorOf(pair(desk.context, { hostKey: HOST, role: "vault" }))).toBe("wrong_phase");
  });
});
