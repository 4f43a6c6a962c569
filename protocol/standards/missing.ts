/**
 * What today's JavaScript has and Node 20 lacks, as the standard says it: added where it is
 * missing, seen by no loop, and for everybody in the process alike. Only what we use.
 */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const add = (owner: object, name: string, value: unknown): readonly string[] => {
  if (name in owner) return [];
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  return [name];
};

/** ECMAScript, "Uint8Array to/from Base64". */
function toHex(this: Uint8Array): string {
  let text = "";
  for (const byte of this) text += HEX[byte];
  return text;
}

const fromHex = (text: string): Uint8Array => {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new SyntaxError("no hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
};

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648, section 4, padded. */
function toBase64(this: Uint8Array): string {
  let text = "";
  for (let i = 0; i < this.length; i += 3) {
    const [a = 0, b, c] = this.subarray(i, i + 3);
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((word >> shift) & 63));
    text += digits.slice(0, 2 + Number(b !== undefined) + Number(c !== undefined)).join("");
  }
  return text.padEnd(Math.ceil(this.length / 3) * 4, "=");
}

/** ECMAScript 2024, "Promise.withResolvers". */
function withResolvers<T>(this: PromiseConstructor) {
  let resolve: ((value: T | PromiseLike<T>) => void) | undefined;
  let reject: ((reason?: unknown) => void) | undefined;
  const promise = new this<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** ECMAScript 2024, "Map.groupBy". */
const groupBy = <K, V>(items: Iterable<V>, keyOf: (item: V, index: number) => K): Map<K, V[]> => {
  const groups = new Map<K, V[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
    index += 1;
  }
  return groups;
};

/** ECMAScript 2025, "Set.prototype.difference". */
function difference<T>(this: ReadonlySet<T>, other: ReadonlySet<T>): Set<T> {
  return new Set([...this].filter((item) => !other.has(item)));
}

/** What was missing here, and was added. */
export const ADDED: readonly string[] = [
  add(Uint8Array.prototype, "toHex", toHex),
  add(Uint8Array.prototype, "toBase64", toBase64),
  add(Uint8Array, "fromHex", fromHex),
  add(Promise, "withResolvers", withResolvers),
  add(Map, "groupBy", groupBy),
  add(Set.prototype, "difference", difference),
].flat();
