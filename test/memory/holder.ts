/**
 * A program that holds secrets in memory: each word is `WAY:NUMBER`, a way of holding and the
 * number of a made-up secret. It prints `ready`; at SIGUSR1 it lets go of what can be let go and
 * prints `done`.
 */
import { anonymousPages, type Pages, secretPages } from "./native-pages.ts";
import { SECRET_BYTES, secretByte } from "./made-up-secrets.ts";
import { PAGE_BYTES } from "./page-map.ts";

const fill = (target: Uint8Array, number: number, mask = 0): Uint8Array => {
  for (let i = 0; i < SECRET_BYTES; i += 1) target[i] = secretByte(number, i) ^ mask;
  return target;
};

const inHeap = (number: number, mask = 0): Uint8Array =>
  fill(new Uint8Array(SECRET_BYTES), number, mask);

const inPages = (pages: Pages, number: number): Pages => {
  fill(pages.bytes, number);
  return pages;
};

const hexOf = (number: number): string => inHeap(number).toHex();

/** What is kept for as long as the process lives. */
const held: unknown[] = [];
/** What is done at the signal. */
const endings: (() => void)[] = [];

const closed = (number: number): Pages => {
  const pages = inPages(anonymousPages(), number);
  pages.close();
  return pages;
};

/** Half of it on a page, half on the next, which is another mapping by its protection. */
const straddling = (number: number): Pages => {
  const pages = anonymousPages(2 * PAGE_BYTES);
  fill(pages.bytes.subarray(PAGE_BYTES - SECRET_BYTES / 2), number);
  pages.close(PAGE_BYTES);
  return pages;
};

/** More than a reader takes at once. */
const LARGE_BYTES = 4 << 20;

const WAYS: Readonly<Record<string, (number: number) => unknown>> = {
  bytes: (number) => inHeap(number),
  half: (number) => inHeap(number).slice(0, SECRET_BYTES / 2),
  hex: hexOf,
  upperCaseHex: (number) => hexOf(number).toUpperCase(),
  wideHex: (number) => Buffer.from(hexOf(number), "utf16le"),
  bigint: (number) => BigInt(`0x${hexOf(number)}`),
  base64: (number) => Buffer.from(inHeap(number)).toString("base64"),
  ipad: (number) => inHeap(number, 0x36),
  opad: (number) => inHeap(number, 0x5c),
  pages: (number) => inPages(anonymousPages(), number),
  closed,
  straddling,
  secret: (number) => inPages(secretPages(), number),
  overwritten: (number) => {
    const pages = inPages(anonymousPages(), number);
    endings.push(() => pages.bytes.fill(0));
  },
  vanishing: (number) => {
    const pages = anonymousPages(LARGE_BYTES);
    pages.bytes.fill(1);
    endings.push(pages.unmap);
    return inPages(pages, number);
  },
  unmapped: (number) => {
    const pages = inPages(anonymousPages(), number);
    endings.push(pages.unmap);
  },
};

for (const word of process.argv.slice(2)) {
  const [way = "", number] = word.split(":");
  held.push(WAYS[way]?.(Number(number)));
}
process.on("SIGUSR1", () => {
  for (const end of endings.splice(0)) end();
  console.log("done");
});
setInterval(() => held.length, 1 << 30);
console.log("ready");
