/** The emulator's cable: who comes and goes, what strangers get, and the link to the slave. */
import { describe, expect } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { openPty, type Pty } from "../../hardware/emulator/lines/pty.ts";
import { readTermios, writeTermios } from "../../host/serial/libc.ts";
import {
  cableEvents,
  descriptorCount,
  gather,
  openAsStranger,
  ptyTest,
  readNow,
  type Stranger,
  testPort,
  testFolder,
  testPty,
  until,
} from "./pty-fixture.ts";

/** `struct termios` (glibc): the local flags, and those of a login terminal. */
const LOCAL_FLAGS = 12;
const ICANON_ECHO = 0x2 | 0x8;

describe("who comes and goes", () => {
  ptyTest("a program that opens and closes the slave is a cable event each time", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const first = await testPort(pty.path);
    await until("attached", () => events.length === 1);
    await first.close();
    await until("detached", () => events.length === 2);
    await testPort(pty.path);
    await until("attached again", () => events.length === 3);
    expect(events).toEqual([true, false, true]);
  });

  ptyTest("what a program wrote before it left still arrives", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const heard = gather();
    pty.onReceive(heard.add);
    const stranger = openAsStranger(pty.path);
    writeSync(stranger.fd, "hello");
    stranger.close();
    await until("come and gone", () => events.length === 2);
    expect(heard.text()).toBe("hello");
    expect(events).toEqual([true, false]);
  });

  ptyTest("what is sent to nobody is dropped and counted", async () => {
    const pty = testPty();
    pty.send(new Uint8Array(100));
    expect(pty.droppedBytes()).toBe(100);
  });

  ptyTest("a slow reader costs whole chunks, counted, and never order", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const port = await testPort(pty.path);
    await until("attached", () => events.length === 1);
    const sent: number[] = [];
    const reused = new Uint8Array(4096);
    for (let chunk = 0; chunk < 256; chunk += 1) {
      const droppedBefore = pty.droppedBytes();
      pty.send(reused.fill(chunk));
      if (pty.droppedBytes() === droppedBefore) sent.push(chunk);
    }
    expect(pty.droppedBytes()).toBe((256 - sent.length) * 4096);
    expect(sent.length).toBeLessThan(256);
    const heard = gather();
    port.onBytes(heard.add);
    await until("all arrived", () => heard.text().length >= sent.length * 4096);
    const expected = sent.map((chunk) => String.fromCharCode(chunk).repeat(4096)).join("");
    expect(heard.text() === expected).toBe(true);
  });
});

/** The stranger must read the emulator's mark first, and the emulator the stranger's. */
const expectNoEcho = async (pty: Pty, stranger: Stranger): Promise<void> => {
  const heard = gather();
  const read = gather();
  pty.onReceive(heard.add);
  writeSync(stranger.fd, "AT\r\n");
  await until("the stranger is heard", () => heard.text().length >= 4);
  pty.send(Buffer.from("login:\n"));
  await until("the stranger reads", () => {
    read.add(Buffer.from(readNow(stranger), "latin1"));
    return read.text().endsWith("\n");
  });
  writeSync(stranger.fd, "!");
  await until("the mark is heard", () => heard.text().endsWith("!"));
  expect(read.text()).toBe("login:\n");
  expect(heard.text()).toBe("AT\r\n!");
};

const switchEchoOn = (fd: number): void => {
  const termios = new Uint8Array(60);
  readTermios(fd, termios);
  termios[LOCAL_FLAGS] = (termios[LOCAL_FLAGS] ?? 0) | ICANON_ECHO;
  writeTermios(fd, termios);
};

describe("a stranger", () => {
  ptyTest("who opens the slave as a plain file gets no echo and gives none", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const stranger = openAsStranger(pty.path);
    await until("attached", () => events.length === 1);
    await expectNoEcho(pty, stranger);
  });

  ptyTest("finds it raw again after a program left the echo on", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const first = openAsStranger(pty.path);
    await until("attached", () => events.length === 1);
    switchEchoOn(first.fd);
    first.close();
    await until("detached", () => events.length === 2);
    const second = openAsStranger(pty.path);
    await until("attached again", () => events.length === 3);
    await expectNoEcho(pty, second);
  });

  ptyTest("of another user is kept out: the slave's mode is 0600", async () => {
    expect(statSync(testPty().path).mode & 0o777).toBe(0o600);
  });
});

describe("the link", () => {
  ptyTest("is made with its folder, closed to others, and goes with the pty", async () => {
    const folder = join(testFolder(), "run");
    const link = join(folder, "signer");
    const pty = testPty(link);
    expect(readlinkSync(link)).toBe(pty.path);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect((await testPort(link)).path).toBe(link);
    await pty.close();
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  ptyTest("replaces a link, also one that leads nowhere", async () => {
    const link = join(testFolder(), "signer");
    symlinkSync("/nowhere", link);
    const pty = testPty(link);
    expect(readlinkSync(link)).toBe(pty.path);
  });

  ptyTest("replaces nothing else", async () => {
    const folder = testFolder();
    const file = join(folder, "file");
    writeFileSync(file, "kept");
    mkdirSync(join(folder, "folder"));
    const before = descriptorCount();
    for (const path of [file, join(folder, "folder")]) {
      expect(openPty(path)).toEqual({ ok: false, error: "file_exists", details: { path } });
    }
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(descriptorCount()).toBe(before);
  });

  ptyTest("under a file is refused by name", async () => {
    const file = join(testFolder(), "file");
    writeFileSync(file, "");
    const path = join(file, "signer");
    const refusal = { ok: false, error: "file_unreadable", details: { path } };
    expect(openPty(path)).toMatchObject(refusal);
  });

  ptyTest("that points elsewhere by now is left alone", async () => {
    const link = join(testFolder(), "signer");
    const first = testPty(link);
    const second = testPty(link);
    await first.close();
    expect(readlinkSync(link)).toBe(second.path);
    unlinkSync(link);
    await second.close();
    expect(existsSync(link)).toBe(false);
  });
});

describe("the end of a pty", () => {
  ptyTest("50 ptys opened and closed leave no descriptor behind", async () => {
    await testPty().close();
    const before = descriptorCount();
    for (let round = 0; round < 50; round += 1) {
      const pty = testPty();
      const events = cableEvents(pty);
      const stranger = openAsStranger(pty.path);
      if (round % 2 === 0) await until("attached", () => events.length === 1);
      stranger.close();
      await pty.close();
      await pty.close();
    }
    await until("the descriptors are free", () => descriptorCount() <= before);
    expect(descriptorCount()).toBeLessThanOrEqual(before);
  });
});
