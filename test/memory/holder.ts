/**
 * A program that holds secrets in memory: each word is `WAY:NUMBER`, a way of holding and the
 * number of a made-up secret. It prints `ready`; at SIGUSR1 it lets go of what can be let go and
 * prints `done`.
 */
import { anonymousPages, type Pages, secretPages } from "./native-pages.ts";
import { SECRET_BYTES, secretByte } from "./made-up-secrets.ts";

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
  secret: (number) => inPages(secretPages(), number),
  overwritten: (number) => {
    const pages = inPages(anonymousPages(), number);
    endings.push(() => pages.bytes.fill(0));
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
