/**
 * The binding under `@serialport/stream` where Bun runs on Linux. The stock binding's native
 * addon needs libuv's poll, which Bun does not have. Reads wait in Bun's own event loop; writes go
 * to the descriptor at once and back off while it is full.
 */
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { Binding, BindingPort, LineSettings } from "./bindings-interface.ts";
import { closeDescriptor, FLUSH, flushTty, openTty, writeSome } from "./libc.ts";
import { finishOutput, prepareLine, releaseLine, unsentBytes } from "./line.ts";
import { modemStatus, setModemLines } from "./modem-lines.ts";
import { listPorts } from "./ports.ts";
import { setRawMode } from "./termios.ts";

/** Tries that only give way to other work, before a full queue is waited for with a timer. */
const QUICK_TRIES = 20;
/** The same, before the timer's steps grow from 1 to 5 ms. */
const SHORT_TRIES = 200;
type Chunk = Uint8Array<ArrayBuffer>;
type Reader = ReturnType<typeof readerOf>;

const DEFAULTS = {
  dataBits: 8,
  lock: true,
  stopBits: 1,
  parity: "none",
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: false,
} as const;

const readerOf = (fd: number) => Bun.file(fd).stream().getReader();

const canceled = (): Error => Object.assign(new Error("The port is closed"), { canceled: true });

const hangUp = (): Error => new Error("The other side of the port went away");

const backOff = (tries: number): Promise<void> => {
  if (tries < QUICK_TRIES) return turn();
  return sleep(tries < SHORT_TRIES ? 1 : 5);
};

/** An open port, as the stream drives it: one read and one write at a time. */
class BunPort implements BindingPort {
  isOpen = true;
  readonly openOptions: LineSettings;
  readonly #fd: number;
  readonly #reader: Reader;
  #unread: Chunk = new Uint8Array(0);
  #baudRate: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(fd: number, openOptions: LineSettings) {
    this.#fd = fd;
    this.openOptions = openOptions;
    this.#baudRate = openOptions.baudRate;
    this.#reader = readerOf(fd);
  }

  #demandOpen(): void {
    if (!this.isOpen) throw canceled();
  }

  /** The next bytes; an end or an error that we did not ask for is a hang-up. */
  async #nextChunk(): Promise<Chunk> {
    // Awaited alone: racing a read with a long-lived promise retains every chunk.
    const result = await this.#reader.read().catch(() => undefined);
    this.#demandOpen();
    if (result?.value === undefined) throw hangUp();
    return result.value;
  }

  async read(buffer: Buffer, offset: number, length: number) {
    this.#demandOpen();
    while (this.#unread.length === 0) this.#unread = await this.#nextChunk();
    const bytesRead = Math.min(length, this.#unread.length);
    buffer.set(this.#unread.subarray(0, bytesRead), offset);
    this.#unread = this.#unread.subarray(bytesRead);
    return { buffer, bytesRead };
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let tries = 0;
    for (let rest = bytes; rest.length > 0; ) {
      this.#demandOpen();
      const written = writeSome(this.#fd, rest);
      rest = rest.subarray(written);
      tries = written > 0 ? 0 : tries + 1;
      if (written === 0) await backOff(tries);
    }
  }

  write(buffer: Buffer): Promise<void> {
    const writing = this.#writeAll(buffer);
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async close(): Promise<void> {
    this.#demandOpen();
    this.isOpen = false;
    await this.#reader.cancel().catch(() => undefined);
    await finishOutput(this.#fd).catch(() => undefined);
    releaseLine(this.#fd);
  }

  async update({ baudRate }: { readonly baudRate: number }): Promise<void> {
    this.#demandOpen();
    setRawMode(this.#fd, { ...this.openOptions, baudRate });
    this.#baudRate = baudRate;
  }

  async set(lines: { brk?: boolean; dtr?: boolean; rts?: boolean }): Promise<void> {
    this.#demandOpen();
    setModemLines(this.#fd, lines);
  }

  async get() {
    this.#demandOpen();
    return modemStatus(this.#fd);
  }

  async getBaudRate() {
    this.#demandOpen();
    return { baudRate: this.#baudRate };
  }

  async flush(): Promise<void> {
    this.#demandOpen();
    this.#unread = new Uint8Array(0);
    flushTty(this.#fd, FLUSH.both);
  }

  /** Polls the queue: `tcdrain` would block the whole program. */
  async drain(): Promise<void> {
    await this.#writing;
    this.#demandOpen();
    while (unsentBytes(this.#fd) > 0) {
      await sleep(1);
      this.#demandOpen();
    }
  }
}

/** The binding. `open` rejects with a `SystemError`: `EBUSY` or `EAGAIN` for a port in use. */
export const binding: Binding = {
  list: async () =>
    listPorts().map((port) => ({
      path: port.path,
      manufacturer: port.manufacturer,
      serialNumber: port.serialNumber,
      vendorId: port.vendorId,
      productId: port.productId,
      pnpId: undefined,
      locationId: undefined,
    })),
  open: async (options) => {
    const settings = { ...DEFAULTS, ...options };
    const fd = openTty(settings.path);
    try {
      prepareLine(fd, settings);
      return new BunPort(fd, settings);
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
  },
};
