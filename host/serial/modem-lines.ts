/**
 * The modem lines of a serial port: DTR and RTS out, CTS, DSR and DCD in. A pty has none, and some
 * USB gadgets have no break: what a port does not have reads as off and is not set.
 */
import { TTY, ttyControl } from "./libc.ts";

const DTR = 0x2;
const RTS = 0x4;
const CTS = 0x20;
const DCD = 0x40;
const DSR = 0x100;

const controlIfPresent = (fd: number, request: number, argument = 0): number => {
  try {
    return ttyControl(fd, request, argument);
  } catch {
    return 0;
  }
};

/** The lines that come in. */
export const modemStatus = (fd: number): { cts: boolean; dsr: boolean; dcd: boolean } => {
  const lines = controlIfPresent(fd, TTY.getModemLines);
  return { cts: (lines & CTS) !== 0, dsr: (lines & DSR) !== 0, dcd: (lines & DCD) !== 0 };
};

/** Sets the lines that go out; one that is not named goes off. */
export const setModemLines = (
  fd: number,
  lines: { readonly brk?: boolean; readonly dtr?: boolean; readonly rts?: boolean },
): void => {
  const others = controlIfPresent(fd, TTY.getModemLines) & ~(DTR | RTS);
  const dtr = lines.dtr === true ? DTR : 0;
  const rts = lines.rts === true ? RTS : 0;
  controlIfPresent(fd, TTY.setModemLines, others | dtr | rts);
  controlIfPresent(fd, lines.brk === true ? TTY.startBreak : TTY.stopBreak);
};
