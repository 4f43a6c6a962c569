/**
 * Finds serial ports in sysfs (Linux, ABI/testing/sysfs-tty and sysfs-bus-usb). No udev is needed.
 * Ptys are not listed there: emulators announce themselves elsewhere.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** A serial port and, where it hangs on USB, what the USB device says of itself. */
export interface PortDescription {
  readonly path: string;
  /** Four lower-case hex digits. */
  readonly vendorId?: string;
  /** Four lower-case hex digits. */
  readonly productId?: string;
  readonly serialNumber?: string;
  readonly manufacturer?: string;
}

/** USB modems (f_acm), USB adapters and UARTs. Not `ttyGS`: that is a gadget's own end. */
const PORT_NAME = /^tty(ACM|USB|AMA|S)\d+$/;
/** How far above a tty its USB device may stand. */
const PARENT_LIMIT = 6;

const readAttribute = (folder: string, name: string): string | undefined => {
  try {
    return readFileSync(join(folder, name), "utf8").trim();
  } catch {
    return undefined;
  }
};

/** The 8250 driver reserves ports that have no chip: their type is 0. */
const hasHardware = (folder: string): boolean =>
  existsSync(join(folder, "device")) && readAttribute(folder, "type") !== "0";

const findUsbDevice = (folder: string): string | undefined => {
  let candidate = realpathSync(join(folder, "device"));
  for (let level = 0; level < PARENT_LIMIT; level += 1) {
    if (existsSync(join(candidate, "idVendor"))) return candidate;
    candidate = dirname(candidate);
  }
  return undefined;
};

const optional = (key: keyof PortDescription, value: string | undefined) =>
  value === undefined || value === "" ? {} : { [key]: value };

const describe = (root: string, name: string): PortDescription => {
  const path = `/dev/${name}`;
  const usb = findUsbDevice(join(root, name));
  if (usb === undefined) return { path };
  return {
    path,
    ...optional("vendorId", readAttribute(usb, "idVendor")),
    ...optional("productId", readAttribute(usb, "idProduct")),
    ...optional("serialNumber", readAttribute(usb, "serial")),
    ...optional("manufacturer", readAttribute(usb, "manufacturer")),
  };
};

const namesIn = (root: string): readonly string[] => {
  try {
    return readdirSync(root);
  } catch {
    return [];
  }
};

const describeIfPresent = (root: string, name: string): readonly PortDescription[] => {
  try {
    return hasHardware(join(root, name)) ? [describe(root, name)] : [];
  } catch {
    return []; // Unplugged while we looked.
  }
};

/** The machine's serial ports, in the natural order of their names. Never throws. */
export const listPorts = (root = "/sys/class/tty"): readonly PortDescription[] =>
  namesIn(root)
    .filter((name) => PORT_NAME.test(name))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .flatMap((name) => describeIfPresent(root, name));
