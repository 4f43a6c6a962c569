/** Pages outside of JavaScript's heap, for programs that hold known bytes in them. */
import { dlopen, FFIType, toArrayBuffer } from "bun:ffi";
import { PAGE_BYTES } from "./page-map.ts";

const { symbols: libc } = dlopen("libc.so.6", {
  syscall: { args: ["i64", "i64"], returns: FFIType.i64_fast },
  ftruncate: { args: ["i32", "i64"], returns: "i32" },
  mmap: { args: ["usize", "usize", "i32", "i32", "i32", "i64"], returns: "ptr" },
  munmap: { args: ["ptr", "usize"], returns: "i32" },
  mprotect: { args: ["usize", "usize", "i32"], returns: "i32" },
});

/** `memfd_secret` of x86-64 and arm64. */
const MEMFD_SECRET = 447;
const READ_WRITE = 0x3;
const SHARED = 0x1;
const PRIVATE_ANONYMOUS = 0x22;
/** Mapped pages. */
export interface Pages {
  /** A view that is of no use once they are unmapped or closed. */
  readonly bytes: Uint8Array;
  readonly unmap: () => void;
  /** Takes all access away, from this offset on. */
  readonly close: (from?: number) => void;
}

const mapPages = (length: number, flags: number, descriptor: number): Pages => {
  const address = libc.mmap(0, length, READ_WRITE, flags, descriptor, 0);
  if (address === null || !Number.isSafeInteger(address) || address < 0)
    throw new Error("no pages");
  return {
    bytes: new Uint8Array(toArrayBuffer(address, 0, length)),
    unmap: () => libc.munmap(address, length),
    close: (from = 0) => libc.mprotect(Number(address) + from, length - from, 0),
  };
};

/** Private pages without a file; one where nothing else is said. */
export const anonymousPages = (length = PAGE_BYTES): Pages =>
  mapPages(length, PRIVATE_ANONYMOUS, -1);

/** A descriptor of memory that only its process may read; negative where the kernel has none. */
const openSecretMemory = (): number => Number(libc.syscall(MEMFD_SECRET, 0));

/** A page that the kernel keeps even from root. */
export const secretPages = (): Pages => {
  const descriptor = openSecretMemory();
  if (descriptor < 0 || libc.ftruncate(descriptor, PAGE_BYTES) !== 0) {
    throw new Error("no secret memory");
  }
  return mapPages(PAGE_BYTES, SHARED, descriptor);
};

/** Whether the kernel has secret memory. */
export const hasSecretMemory = (): boolean => openSecretMemory() >= 0;
