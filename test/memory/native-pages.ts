/** Pages outside of JavaScript's heap, for programs that hold known bytes in them. */
import { dlopen, FFIType, toArrayBuffer } from "bun:ffi";

const { symbols: libc } = dlopen("libc.so.6", {
  syscall: { args: ["i64", "i64"], returns: FFIType.i64_fast },
  ftruncate: { args: ["i32", "i64"], returns: "i32" },
  mmap: { args: ["usize", "usize", "i32", "i32", "i32", "i64"], returns: "ptr" },
  munmap: { args: ["ptr", "usize"], returns: "i32" },
  mprotect: { args: ["ptr", "usize", "i32"], returns: "i32" },
});

/** `memfd_secret` of x86-64 and arm64. */
const MEMFD_SECRET = 447;
const READ_WRITE = 0x3;
const SHARED = 0x1;
const PRIVATE_ANONYMOUS = 0x22;
/** How long the pages of a secret are. */
export const PAGES_BYTES = 4096;

/** Mapped pages. */
export interface Pages {
  /** A view that is of no use once they are unmapped or closed. */
  readonly bytes: Uint8Array;
  readonly unmap: () => void;
  /** Takes all access away. */
  readonly close: () => void;
}

const mapPages = (flags: number, descriptor: number): Pages => {
  const address = libc.mmap(0, PAGES_BYTES, READ_WRITE, flags, descriptor, 0);
  if (address === null || !Number.isSafeInteger(address) || address < 0)
    throw new Error("no pages");
  return {
    bytes: new Uint8Array(toArrayBuffer(address, 0, PAGES_BYTES)),
    unmap: () => libc.munmap(address, PAGES_BYTES),
    close: () => libc.mprotect(address, PAGES_BYTES, 0),
  };
};

/** Private pages without a file. */
export const anonymousPages = (): Pages => mapPages(PRIVATE_ANONYMOUS, -1);

/** A descriptor of memory that only its process may read; negative where the kernel has none. */
const openSecretMemory = (): number => Number(libc.syscall(MEMFD_SECRET, 0));

/** Pages that the kernel keeps even from root. */
export const secretPages = (): Pages => {
  const descriptor = openSecretMemory();
  if (descriptor < 0 || libc.ftruncate(descriptor, PAGES_BYTES) !== 0) {
    throw new Error("no secret memory");
  }
  return mapPages(SHARED, descriptor);
};

/** Whether the kernel has secret memory. */
export const hasSecretMemory = (): boolean => openSecretMemory() >= 0;
