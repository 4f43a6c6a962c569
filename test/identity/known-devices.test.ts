/** Known devices: what pairing returned is found again, by key and by name, and nothing else. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KnownDevice, openKnownDevices } from "../../host/identity/index.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { at, unwrap } from "../firmware/outcomes.ts";
import { listingOf, NO_OBJECTS, removeHomes, spoilt, temporaryHome } from "./home.ts";

afterAll(removeHomes);

const A: KnownDevice = {
  name: "A",
  deviceKey: new Uint8Array(32).fill(1),
  role: "vault",
  generation: 1,
  credential: new Uint8Array(32).fill(2),
};
const OTHER_A: KnownDevice = { ...A, deviceKey: new Uint8Array(32).fill(3) };
const AUDITED_A: KnownDevice = { ...A, role: "auditor", generation: 2 };
const LISTED: KnownDevice = {
  name: "../B: a name / with \\ everything",
  deviceKey: new Uint8Array(32).fill(4),
  role: "operator",
  generation: 1,
};

/** Known devices of a new home, with those kept. */
const keeping = (...devices: readonly KnownDevice[]) => {
  const home = temporaryHome();
  const known = openKnownDevices(home);
  for (const device of devices) unwrap(known.keep(device));
  return { known, folder: join(home, "devices") };
};

describe("what is kept", () => {
  test("is found by link key and role, and by name", () => {
    const { known } = keeping(A, OTHER_A, AUDITED_A, LISTED);
    for (const device of [A, OTHER_A, AUDITED_A, LISTED]) {
      expect(unwrap(known.byKey(device.deviceKey, device.role))).toEqual(device);
    }
    expect(unwrap(known.byName("A"))).toEqual([AUDITED_A, A, OTHER_A]);
    expect(unwrap(known.byName(LISTED.name))).toEqual([LISTED]);
    expect(unwrap(known.all())).toHaveLength(4);
  });

  test("lies in a file for each device and role that only its owner reads", () => {
    const { folder } = keeping(A, AUDITED_A, LISTED);
    const names = [
      `${"01".repeat(32)}-auditor.json 600`,
      `${"01".repeat(32)}-vault.json 600`,
      `${"04".repeat(32)}-operator.json 600`,
    ];
    expect(listingOf(folder)).toEqual(names);
    expect(listingOf(join(folder, ".."))).toEqual(["devices 700"]);
  });

  test("is replaced by what is kept later, whole", () => {
    const later = { ...A, name: "Renamed", generation: 2, credential: new Uint8Array(32).fill(9) };
    const { known, folder } = keeping(A, later);
    expect(unwrap(known.all())).toEqual([later]);
    expect(unwrap(known.byName("A"))).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test("gives a name to one device: others of it stay, or go in every role", () => {
    const { known } = keeping(A, AUDITED_A, LISTED);
    const renewed = { ...A, generation: 3 };
    expect(unwrap(known.replace(renewed, "stay"))).toEqual([]);
    const before = unwrap(known.all());
    const other: KnownDevice = { ...OTHER_A, role: "operator" };
    expect(known.replace(other, "stay")).toEqual({
      ok: false,
      error: "link_key_mismatch",
      details: { device: "A", role: "operator" },
    });
    expect(unwrap(known.all())).toEqual(before);
    expect(unwrap(known.replace(other, "give way"))).toEqual([AUDITED_A, renewed]);
    expect(unwrap(known.all())).toEqual([other, LISTED]);
  });

  test("is what any program of this user sees", () => {
    const { known, folder } = keeping(A);
    expect(unwrap(openKnownDevices(join(folder, "..")).all())).toEqual(unwrap(known.all()));
  });
});

describe("nothing", () => {
  test("is known in a new home, and none is made by looking", () => {
    const home = temporaryHome();
    const known = openKnownDevices(home);
    expect(unwrap(known.all())).toEqual([]);
    expect(unwrap(known.byName("A"))).toEqual([]);
    expect(unwrap(known.byKey(A.deviceKey, "vault"))).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });

  test("is known of a device in a role that was not kept", () => {
    const { known } = keeping(A);
    for (const role of ROLES.filter((one) => one !== "vault")) {
      expect(unwrap(known.byKey(A.deviceKey, role))).toBeUndefined();
    }
  });

  test("is made of a file that was never finished, or is no JSON by name", () => {
    const { known, folder } = keeping(A);
    writeFileSync(join(folder, "x.json.0.part"), "{");
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(unwrap(known.all())).toEqual([A]);
  });
});

describe("a file that is not to be trusted is named", () => {
  const fileOf = (folder: string): string => join(folder, at(readdirSync(folder), 0));

  test("malformed", () => {
    const { known, folder } = keeping(A);
    const file = fileOf(folder);
    const text = readFileSync(file, "utf8");
    const malformed = { ok: false, error: "file_malformed", details: { file } } as const;
    // A name may be any text, and a listed device has no credential.
    const isFine = (one: string): boolean =>
      one.includes('"name":"x"') || !one.includes("credential");
    for (const one of [...spoilt(text).filter((bad) => !isFine(bad)), ...NO_OBJECTS]) {
      writeFileSync(file, one);
      expect(known.byKey(A.deviceKey, "vault")).toEqual(malformed);
      expect(known.byName("A")).toEqual(malformed);
      expect(known.all()).toEqual(malformed);
    }
  });

  test("about another device, or another role, than its name says", () => {
    const { known, folder } = keeping(A);
    const file = join(folder, `${"05".repeat(32)}-vault.json`);
    renameSync(fileOf(folder), file);
    const malformed = { ok: false, error: "file_malformed", details: { file } } as const;
    expect(known.byKey(new Uint8Array(32).fill(5), "vault")).toEqual(malformed);
  });

  test("open to others", () => {
    const { known, folder } = keeping(A);
    const file = fileOf(folder);
    chmodSync(file, 0o644);
    const outcome = known.byKey(A.deviceKey, "vault");
    expect(outcome).toMatchObject({ ok: false, error: "file_unreadable", details: { file } });
    expect(known.all()).toMatchObject({ ok: false, error: "file_unreadable", details: { file } });
  });

  test("a place that takes no folder", () => {
    const home = join(temporaryHome(), "file");
    writeFileSync(home, "");
    const known = openKnownDevices(home);
    for (const outcome of [known.all(), known.byKey(A.deviceKey, "vault"), known.keep(A)]) {
      expect(outcome).toMatchObject({ ok: false, error: "file_unreadable" });
    }
  });
});
