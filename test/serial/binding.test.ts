/** The binding by itself: what @serialport/bindings-interface promises to a stream. */
import { describe, expect, test } from "bun:test";
import { readTermios } from "../../host/serial/libc.ts";
import { binding } from "../../host/serial/binding.ts";
import { applyModes } from "../../host/serial/termios.ts";
import { atEnd, openAsStranger, ptyTest, rejectionOf, testPty } from "./pty-fixture.ts";

/** `struct termios` (glibc): size and offsets. */
const SIZE = 60;
const INPUT = 0;
const OUTPUT = 4;
const CONTROL = 8;
const LOCAL = 12;
const VTIME = 22;
const VMIN = 23;
const OPOST = 0x1;
const ISIG_ICANON_ECHO = 0x1 | 0x2 | 0x8;
const CSIZE = 0x30;
const PARENB = 0x100;
const CREAD_CLOCAL = 0x880;
const HUPCL = 0x400;
const CRTSCTS = 0x8000_0000;

const open = async (path: string) => {
  const port = await binding.open({ path, baudRate: 115_200 });
  atEnd(() => (port.isOpen ? port.close() : undefined));
  return port;
};

const flagsOf = (termios: Uint8Array, offset: number): number =>
  new DataView(termios.buffer).getUint32(offset, true);

const expectRaw = (termios: Uint8Array): void => {
  expect(flagsOf(termios, INPUT)).toBe(0);
  expect(flagsOf(termios, OUTPUT) & OPOST).toBe(0);
  expect(flagsOf(termios, LOCAL) & ISIG_ICANON_ECHO).toBe(0);
  expect(flagsOf(termios, CONTROL) & (CSIZE | PARENB | CREAD_CLOCAL)).toBe(CSIZE | CREAD_CLOCAL);
  expect([termios[VTIME], termios[VMIN]]).toEqual([0, 1]);
};

describe("termios(3), raw mode", () => {
  test("clears whatever was set", () => {
    const termios = new Uint8Array(SIZE).fill(0xff);
    applyModes(termios, { baudRate: 115_200, hupcl: false, rtscts: false });
    expectRaw(termios);
    expect(flagsOf(termios, CONTROL) & HUPCL).toBe(0);
    expect(flagsOf(termios, CONTROL) & CRTSCTS).toBe(0);
  });

  test("sets what is asked for", () => {
    const termios = new Uint8Array(SIZE);
    applyModes(termios, { baudRate: 921_600, hupcl: true, rtscts: true });
    expectRaw(termios);
    expect(flagsOf(termios, CONTROL) & HUPCL).toBe(HUPCL);
    expect((flagsOf(termios, CONTROL) & CRTSCTS) >>> 0).toBe(CRTSCTS);
  });

  ptyTest("holds for an open port, without HUPCL", async () => {
    const pty = testPty();
    await open(pty.path);
    const termios = new Uint8Array(SIZE);
    readTermios(openAsStranger(pty.path).fd, termios);
    expectRaw(termios);
    expect(flagsOf(termios, CONTROL) & HUPCL).toBe(0);
  });
});

describe("BindingPortInterface", () => {
  ptyTest("a pending read is canceled by a close, and so is every call after it", async () => {
    const port = await open(testPty().path);
    const reading = rejectionOf(port.read(Buffer.alloc(8), 0, 8));
    await port.close();
    expect(port.isOpen).toBe(false);
    expect(await reading).toMatchObject({ canceled: true });
    const calls = [() => port.flush(), () => port.drain(), () => port.get(), () => port.close()];
    for (const call of calls) expect(await rejectionOf(call())).toMatchObject({ canceled: true });
  });

  ptyTest("a hang-up is an error that is not canceled", async () => {
    const pty = testPty();
    const port = await open(pty.path);
    const reading = rejectionOf(port.read(Buffer.alloc(8), 0, 8));
    await pty.close();
    expect(await reading).toBeInstanceOf(Error);
    expect(await reading).not.toHaveProperty("canceled");
  });

  ptyTest("a read fills no more than it was given room for and loses nothing", async () => {
    const pty = testPty();
    pty.onReceive(pty.send);
    const port = await open(pty.path);
    await port.write(Buffer.from("0123456789"));
    const buffer = Buffer.alloc(12, "-");
    let text = "";
    while (text.length < 10) {
      const { bytesRead } = await port.read(buffer, 2, 3);
      expect(bytesRead).toBeGreaterThan(0);
      text += buffer.toString("latin1", 2, 2 + bytesRead);
    }
    expect(text).toBe("0123456789");
    expect(buffer.toString("latin1", 0, 2) + buffer.toString("latin1", 5)).toBe("---------");
  });

  ptyTest("a pty has no modem lines: they read as off, and setting them is no error", async () => {
    const port = await open(testPty().path);
    await port.set({ dtr: true, rts: true, brk: false });
    expect(await port.get()).toEqual({ cts: false, dsr: false, dcd: false });
  });

  ptyTest("the baud rate can change, but not to one that is none", async () => {
    const port = await open(testPty().path);
    await port.update({ baudRate: 921_600 });
    expect(await port.getBaudRate()).toEqual({ baudRate: 921_600 });
    expect(await rejectionOf(port.update({ baudRate: 12_345 }))).toMatchObject({ code: "EINVAL" });
    expect(await port.getBaudRate()).toEqual({ baudRate: 921_600 });
  });

  ptyTest("a closed port can be opened again at once, 200 times", async () => {
    const { path } = testPty();
    for (let round = 0; round < 200; round += 1) {
      const port = await open(path);
      await port.write(Buffer.from("x"));
      await port.close();
      expect(port.isOpen).toBe(false);
    }
  });

  ptyTest("drain and flush end on an idle line", async () => {
    const port = await open(testPty().path);
    await port.write(Buffer.from("x"));
    await port.drain();
    await port.flush();
    expect(port.isOpen).toBe(true);
  });

  ptyTest("software flow control and parity are refused", async () => {
    const { path } = testPty();
    for (const setting of [{ xon: true }, { parity: "even" }, { dataBits: 7 as const }]) {
      const opening = binding.open({ path, baudRate: 115_200, ...setting });
      expect(await rejectionOf(opening)).toMatchObject({ code: "EINVAL" });
    }
  });
});
