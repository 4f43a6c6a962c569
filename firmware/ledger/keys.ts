/**
 * The idempotency keys of a boot. Keys of hosts are kept for a day and never given up before; those
 * of callers whom nobody knows lie in a small table of their own, where the oldest makes room.
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
  return {
    find: (call, nowMs) => {
      forgetOld(nowMs);
      return tableOf(call).get(nameOf(call));
    },
    add: (call, digest, nowMs) => {
      forgetOld(nowMs);
      const hasRoom = call.isHost ? hosts.size < DEVICE_LIMITS.ledgerKeys : makeRoom();
      if (!hasRoom) return false;
      const entry = { digest, sinceMs: nowMs, isWorking: true, hasTrace: false };
      tableOf(call).set(nameOf(call), { ...entry, committed: undefined });
      return true;
    },
    drop: (call) => void tableOf(call).delete(nameOf(call)),
    size: () => hosts.size + others.size,
  };
};
