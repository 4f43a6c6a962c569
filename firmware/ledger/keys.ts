/**
 * The idempotency keys of a boot. A host's is kept for a day; a committed one is never given up
 * before. Where there is no room, the host with most others gives up its oldest: a flood costs
 * whoever makes it. Callers whom nobody knows have a small table, where the oldest makes room.
 */
import { DEVICE_LIMITS } from "../limits.ts";

/** Whose key it is. */
export interface CallKey {
  /** Hex of a host's static key, or the kind of a caller who has none. */
  readonly caller: string;
  readonly isHost: boolean;
  /** Hex of the idempotency key. */
  readonly key: string;
}

/** What is known of a call. */
export interface KeyEntry {
  readonly caller: string;
  /** Of command and params. */
  readonly digest: string;
  readonly sinceMs: number;
  isWorking: boolean;
  /** Whether it ended with more to tell than that it did not begin. */
  hasTrace: boolean;
  /** Hex of the transaction that it committed. */
  committed: string | undefined;
}

/** The keys of one boot. */
export interface Keys {
  readonly find: (call: CallKey, nowMs: number) => KeyEntry | undefined;
  /** False where there is no room. */
  readonly add: (call: CallKey, digest: string, nowMs: number) => boolean;
  readonly drop: (call: CallKey) => void;
  /** How many are held. */
  readonly size: () => number;
}

const nameOf = ({ caller, key }: CallKey): string => `${caller}/${key}`;

const isSpare = ({ isWorking, committed }: KeyEntry): boolean =>
  !isWorking && committed === undefined;

/** The oldest entry without which nothing is charged twice, of whoever holds most such. */
const spareOf = (held: ReadonlyMap<string, KeyEntry>): string | undefined => {
  const spares = new Map<string, { readonly oldest: string; count: number }>();
  for (const [name, entry] of held) {
    if (!isSpare(entry)) continue;
    const known = spares.get(entry.caller);
    if (known === undefined) spares.set(entry.caller, { oldest: name, count: 1 });
    else known.count += 1;
  }
  const [most] = [...spares.values()].toSorted((a, b) => b.count - a.count);
  return most?.oldest;
};

/** No key known. */
export const createKeys = (): Keys => {
  const [hosts, others] = [new Map<string, KeyEntry>(), new Map<string, KeyEntry>()];
  const tableOf = ({ isHost }: CallKey) => (isHost ? hosts : others);

  const forgetOld = (nowMs: number): void => {
    for (const [name, { isWorking, sinceMs }] of hosts) {
      if (nowMs - sinceMs <= DEVICE_LIMITS.ledgerMs) return;
      if (!isWorking) hosts.delete(name);
    }
  };
  const makeRoom = (): boolean => {
    if (others.size < DEVICE_LIMITS.publicKeys) return true;
    for (const [name, { isWorking }] of others) if (!isWorking) return others.delete(name);
    return false;
  };
  const makeHostsRoom = (): boolean => {
    if (hosts.size < DEVICE_LIMITS.ledgerKeys) return true;
    const spare = spareOf(hosts);
    return spare !== undefined && hosts.delete(spare);
  };
  return {
    find: (call, nowMs) => {
      forgetOld(nowMs);
      return tableOf(call).get(nameOf(call));
    },
    add: (call, digest, nowMs) => {
      forgetOld(nowMs);
      if (!(call.isHost ? makeHostsRoom() : makeRoom())) return false;
      const fresh = { isWorking: true, hasTrace: false, committed: undefined };
      tableOf(call).set(nameOf(call), { caller: call.caller, digest, sinceMs: nowMs, ...fresh });
      return true;
    },
    drop: (call) => void tableOf(call).delete(nameOf(call)),
    size: () => hosts.size + others.size,
  };
};
