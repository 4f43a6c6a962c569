/**
 * Terminal modes of a serial port: 8 bits, no parity, one stop bit, and nothing done to the bytes.
 * The layout of `struct termios` is glibc's, the same on x86-64 and arm64; the meaning of the
 * fields is termios(3)'s.
 */
import { makeRaw, readTermios, setSpeed, writeTermios } from "./libc.ts";

/** Size in bytes and offsets of the fields that are set. */
const TERMIOS = { size: 60, inputFlags: 0, controlFlags: 8, vtime: 17 + 5, vmin: 17 + 6 } as const;

const CSTOPB = 0x40;
const CREAD = 0x80;
const HUPCL = 0x400;
const CLOCAL = 0x800;
const CRTSCTS = 0x8000_0000;

/** What of a port's modes is a matter of choice. */
export interface PortModes {
  /** Bits per second. */
  readonly baudRate: number;
  /** Drop DTR on the last close. */
  readonly hupcl: boolean;
  /** Hardware flow control. */
  readonly rtscts: boolean;
}

/**
 * Changes `termios` in place into raw mode. Software flow control goes with the other input flags;
 * modem lines are ignored; a read returns with the first byte. Throws `SystemError` (`EINVAL`) for
 * an unknown baud rate.
 */
export const applyModes = (termios: Uint8Array, modes: PortModes): void => {
  makeRaw(termios);
  setSpeed(termios, modes.baudRate);
  const view = new DataView(termios.buffer, termios.byteOffset, termios.byteLength);
  view.setUint32(TERMIOS.inputFlags, 0, true);
  const kept = view.getUint32(TERMIOS.controlFlags, true) & ~(CSTOPB | HUPCL | CRTSCTS);
  const hangUp = modes.hupcl ? HUPCL : 0;
  const flowControl = modes.rtscts ? CRTSCTS : 0;
  const flags = kept | CREAD | CLOCAL | hangUp | flowControl;
  view.setUint32(TERMIOS.controlFlags, flags >>> 0, true);
  termios[TERMIOS.vtime] = 0;
  termios[TERMIOS.vmin] = 1;
};

/** Whether the descriptor is a terminal's; throws its `SystemError` (`ENOTTY`) where it is not. */
export const demandTty = (fd: number): void => {
  readTermios(fd, new Uint8Array(TERMIOS.size));
};

/** Puts an open port into raw mode. Throws `SystemError`. */
export const setRawMode = (fd: number, modes: PortModes): void => {
  const termios = new Uint8Array(TERMIOS.size);
  readTermios(fd, termios);
  applyModes(termios, modes);
  writeTermios(fd, termios);
};
