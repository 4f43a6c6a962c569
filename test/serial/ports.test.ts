/** `listPorts` on made-up trees laid out as sysfs is. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binding } from "../../host/serial/binding.ts";
import { listPorts } from "../../host/serial/index.ts";

const folder = mkdtempSync(join(tmpdir(), "mayfly-sysfs-"));
const root = join(folder, "class", "tty");

type Files = Readonly<Record<string, string>>;

const writeFolder = (path: string, files: Files): string => {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), `${text}\n`);
  return path;
};

const addTty = (name: string, device: string | undefined, files: Files = {}): void => {
  const tty = writeFolder(join(root, name), files);
  if (device !== undefined) symlinkSync(device, join(tty, "device"));
};

beforeAll(() => {
  const bus = join(folder, "devices", "pci0000:00", "usb1");
  const signer = { idVendor: "1d6b", idProduct: "0104", serial: "MF-7", manufacturer: "Mayfly" };
  writeFolder(join(bus, "1-1"), signer);
  writeFolder(join(bus, "1-2"), { idVendor: "0403", idProduct: "6001", serial: "" });
  const uart = writeFolder(join(folder, "devices", "platform", "serial8250"), {});
  addTty("ttyACM10", writeFolder(join(bus, "1-1", "1-1:1.2"), {}));
  addTty("ttyACM2", writeFolder(join(bus, "1-1", "1-1:1.0"), {}));
  addTty("ttyUSB0", writeFolder(join(bus, "1-2", "1-2:1.0", "ttyUSB0"), {}));
  addTty("ttyS0", uart, { type: "0" });
  addTty("ttyS1", uart, { type: "4" });
  addTty("ttyACM3", join(folder, "unplugged"));
  addTty("ttyGS0", uart);
  addTty("tty1", undefined);
  addTty("ptmx", undefined);
});

afterAll(() => rmSync(folder, { recursive: true }));

test("ports come in natural order, with what their USB device says", () => {
  const usb = {
    vendorId: "1d6b",
    productId: "0104",
    serialNumber: "MF-7",
    manufacturer: "Mayfly",
  };
  expect(listPorts(root)).toEqual([
    { path: "/dev/ttyACM2", ...usb },
    { path: "/dev/ttyACM10", ...usb },
    { path: "/dev/ttyS1" },
    { path: "/dev/ttyUSB0", vendorId: "0403", productId: "6001" },
  ]);
});

test("a machine without sysfs has no ports", () => {
  expect(listPorts(join(folder, "absent"))).toEqual([]);
});

test("the binding lists the same paths of this machine", async () => {
  const paths = (await binding.list()).map(({ path }) => path);
  expect(paths).toEqual(listPorts().map(({ path }) => path));
});
