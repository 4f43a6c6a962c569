/** What `openPort` makes of a path, and how a port ends. */
import { describe, expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  grantSlave,
  closeDescriptor,
  openMaster,
  setRawMode,
  unlockSlave,
} from "../../hardware/emulator/lines/libc.ts";
import { openPort } from "../../host/serial/index.ts";
import { ttyControl } from "../../host/serial/libc.ts";
import { startChild } from "./child.ts";
import {
  atEnd,
  cableEvents,
  descriptorCount,
  gather,
  openAsStranger,
  endingTest,
  ptyTest,
  testPort,
  testFolder,
  testPty,
  until,
} from "./pty-fixture.ts";

const MEGABYTE = new Uint8Array(1_000_000);
/** Asks whether a terminal is exclusive (asm-generic/ioctls.h). */
const TIOCGEXCL = 0x8004_5440;

/** A line whose other side never reads, so that a long write stays under way. */
const openDeafLine = (): { readonly path: string; readonly hangUp: () => void } => {
  const master = openMaster();
  let isOpen = true;
  const hangUp = (): void => {
    if (isOpen) closeDescriptor(master);
    isOpen = false;
  };
  atEnd(hangUp);
  const path = grantSlave(master);
  setRawMode(master);
  unlockSlave(master);
  return { path, hangUp };
};

describe("a path that is no port", () => {
  const cases = [
    ["nothing there", () => join(testFolder(), "absent"), "port_missing"],
    ["the empty path", () => "", "port_missing"],
    ["a path with a zero byte", () => "/dev/null\0x", "port_missing"],
    ["a folder", testFolder, "not_a_signer"],
    ["/dev/null", () => "/dev/null", "not_a_signer"],
  ] as const;
  for (const [name, makePath, error] of cases) {
    endingTest(`${name}: ${error}`, async () => {
      const path = makePath();
      expect(await openPort(path)).toMatchObject({ ok: false, error, details: { path } });
    });
  }

  endingTest("a regular file: not_a_signer, and it is left as it was", async () => {
    const path = join(testFolder(), "file");
    writeFileSync(path, "kept");
    const why = "it is not a terminal";
    expect(await openPort(path)).toEqual({
      ok: false,
      error: "not_a_signer",
      details: { path, why },
    });
    expect(await Bun.file(path).text()).toBe("kept");
  });

  ptyTest("an unknown baud rate: not_a_signer says why", async () => {
    const outcome = await openPort(testPty().path, { baudRate: 12_345 });
    const why = "the line does not take these settings";
    expect(outcome).toMatchObject({ ok: false, error: "not_a_signer", details: { why } });
  });
});

describe("one program at a time", () => {
  ptyTest("a second open is port_busy, also for root; after a close it is not", async () => {
    const pty = testPty();
    const port = await testPort(pty.path);
    expect(await openPort(pty.path)).toMatchObject({ ok: false, error: "port_busy" });
    await port.close();
    expect((await testPort(pty.path)).path).toBe(pty.path);
  });

  ptyTest("another process finds it busy", async () => {
    const pty = testPty();
    await testPort(pty.path);
    expect((await startChild("port-holder.ts", pty.path)).line).toBe("port_busy");
  });

  ptyTest("a killed program frees it", async () => {
    const pty = testPty();
    const holder = await startChild("port-holder.ts", pty.path);
    expect(holder.line).toBe("open");
    expect(await openPort(pty.path)).toMatchObject({ ok: false, error: "port_busy" });
    await holder.kill();
    expect((await testPort(pty.path)).path).toBe(pty.path);
  });

  ptyTest("it is not marked exclusive: the mark would outlive a killed program", async () => {
    const pty = testPty();
    await testPort(pty.path);
    expect(ttyControl(openAsStranger(pty.path).fd, TIOCGEXCL)).toBe(0);
  });
});

describe("the bytes of a port", () => {
  ptyTest("that came before anyone asked are kept for the first who does", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const port = await testPort(pty.path);
    await until("attached", () => events.length === 1);
    pty.send(Buffer.from("early "));
    await Bun.sleep(5);
    pty.send(Buffer.from("late"));
    const heard = gather();
    port.onBytes(heard.add);
    await until("all arrived", () => heard.text() === "early late");
    expect(pty.droppedBytes()).toBe(0);
  });
});

describe("the end of a port", () => {
  ptyTest("50 times open and closed leave no descriptor behind", async () => {
    const pty = testPty();
    const events = cableEvents(pty);
    const openAndClose = async (): Promise<void> => {
      const port = await testPort(pty.path);
      await port.write(Uint8Array.of(1, 2, 3));
      await port.close();
      await until("the emulator is alone", () => events.at(-1) !== true);
    };
    await openAndClose();
    const before = descriptorCount();
    for (let round = 0; round < 50; round += 1) await openAndClose();
    await until("the descriptors are free", () => descriptorCount() <= before);
    expect(descriptorCount()).toBeLessThanOrEqual(before);
  });

  ptyTest("the host hears a hang-up when the pty's owner is killed", async () => {
    const owner = await startChild("pty-owner.ts");
    const before = descriptorCount();
    const port = await testPort(owner.line);
    const { promise, resolve } = Promise.withResolvers<string>();
    port.onClose(resolve);
    await owner.kill();
    expect(await promise).toBe("hang-up");
    await port.write(Uint8Array.of(1));
    await port.close();
    await until("the descriptors are free", () => descriptorCount() <= before);
    expect(await openPort(owner.line)).toMatchObject({ ok: false, error: "port_missing" });
  });

  ptyTest("a close with a write under way settles both, as closed", async () => {
    const port = await testPort(openDeafLine().path);
    const reasons: string[] = [];
    port.onClose((reason) => reasons.push(reason));
    const writes = Promise.all([port.write(MEGABYTE), port.write(MEGABYTE)]);
    await Bun.sleep(10);
    await Promise.all([port.close(), port.close()]);
    await writes;
    await port.close();
    expect(reasons).toEqual(["closed"]);
  });

  ptyTest("a hang-up with a write under way settles it, as hang-up", async () => {
    const line = openDeafLine();
    const port = await testPort(line.path);
    const reasons: string[] = [];
    port.onClose((reason) => reasons.push(reason));
    const write = port.write(MEGABYTE);
    await Bun.sleep(10);
    line.hangUp();
    await write;
    await until("the port is closed", () => reasons.length > 0);
    expect(reasons).toEqual(["hang-up"]);
  });

  ptyTest("who asks late still learns that it is closed", async () => {
    const port = await testPort(testPty().path);
    await port.close();
    const { promise, resolve } = Promise.withResolvers<string>();
    port.onClose(resolve);
    expect(await promise).toBe("closed");
  });
});
