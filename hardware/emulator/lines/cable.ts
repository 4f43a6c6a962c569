/** A cable in memory, for a signer and a host in one process: two ends, bytes in order. */
import type { Link } from "../../../firmware/hal.ts";

/** The host's end of an open cable. */
export interface HostEnd {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
  readonly onClose: (action: () => void) => void;
  readonly close: () => Promise<void>;
}

/** A cable with at most one program at the host's end. */
export interface Cable {
  readonly device: Link;
  /** `undefined` while another program has it. */
  readonly attach: () => HostEnd | undefined;
  /** Both ends see the cable go. */
  readonly unplug: () => void;
}

/** What one program at the host's end wants to hear. */
interface Host {
  deliver?: (bytes: Uint8Array) => void;
  hangUp?: () => void;
}

// Never inside the sender's call, as on a real line, and each end gets a copy of its own.
const later = (action: () => void): void => void setImmediate(action);

/** A cable that nobody holds yet. */
export const createCable = (): Cable => {
  let toDevice: ((bytes: Uint8Array) => void) | undefined;
  let onCable: ((attached: boolean) => void) | undefined;
  let host: Host | undefined;

  const letGo = (): void => {
    host = undefined;
    onCable?.(false);
  };
  const attach = (): HostEnd | undefined => {
    if (host !== undefined) return undefined;
    const end: Host = {};
    host = end;
    onCable?.(true);
    return {
      write: (bytes) => {
        const copy = Uint8Array.from(bytes);
        later(() => {
          if (host === end) toDevice?.(copy);
        });
        return Promise.resolve();
      },
      onBytes: (action) => {
        end.deliver = action;
      },
      onClose: (action) => {
        end.hangUp = action;
        if (host !== end) later(action);
      },
      close: () => {
        if (host === end) letGo();
        return Promise.resolve();
      },
    };
  };

  return {
    attach,
    device: {
      hasRoom: () => true,
      onRoom: () => undefined, // it never fills
      send: (bytes) => {
        const [end, copy] = [host, Uint8Array.from(bytes)];
        later(() => {
          if (host === end) end?.deliver?.(copy);
        });
      },
      onReceive: (action) => {
        toDevice = action;
      },
      onCable: (action) => {
        onCable = action;
      },
    },
    unplug: () => {
      const end = host;
      letGo();
      end?.hangUp?.();
    },
  };
};
