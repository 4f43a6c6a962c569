/** The typed client: opened over a line or a wire, at once or when it is called first. */
import { assert, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { clientOf, type CallingOptions } from "./calling.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import type { LineLinkOptions } from "./line-link.ts";
import { overLine } from "./line-wire.ts";
import type { OpenLine } from "./line.ts";
import type { Client } from "./methods.ts";
import { openRemote, type Remote, type RemoteOptions } from "./remote.ts";
import type { ConnectError, OpenWire } from "./wire.ts";

/** Where the signer is, and how it is kept in reach. */
export type ClientOptions = RemoteOptions &
  CallingOptions &
  (
    | ({ readonly open: OpenLine } & Pick<LineLinkOptions, "observe" | "nonce">)
    | { readonly wire: OpenWire }
  );

const reach = (options: ClientOptions): Promise<Outcome<Remote, ConnectError>> => {
  const { clock = SYSTEM_CLOCK } = options;
  const wire = "wire" in options ? options.wire : overLine(options.open, clock, options);
  return openRemote(wire, options);
};

/** Opens a line, or a wire, and waits for the signer on it. */
export const openClient = async (
  options: ClientOptions,
): Promise<Outcome<Client, ConnectError>> => {
  const opened = await reach(options);
  return opened.ok ? ok(clientOf(options, opened.value)) : opened;
};

/**
 * A client that reaches for its signer when it is called first, and again after it failed to or the
 * signer was lost: calls that meet with either are `link_down`. It has no peer before that.
 */
export const lazyClient = (options: ClientOptions): Client => {
  let reaching: Promise<Outcome<Remote, ConnectError>> | undefined;
  let remote: Remote | undefined;
  const reached = async (): Promise<Outcome<Remote, ConnectError>> => {
    reaching ??= reach({
      ...options,
      onEvent: (event) => {
        if (event.kind === "lost") reaching = undefined; // given up: the next call begins anew
        options.onEvent?.(event);
      },
    });
    const opened = await reaching;
    if (opened.ok) remote = opened.value;
    else reaching = undefined;
    return opened;
  };
  return clientOf(options, {
    peer: () => {
      assert(remote !== undefined, "a signer that was called has a peer");
      return remote.peer();
    },
    call: async (body, signal) => {
      const opened = await reached();
      if (opened.ok) return opened.value.call(body, signal);
      return fail("link_down", { why: opened.error, ...opened.details });
    },
    close: async () => {
      const opened = await reaching;
      if (opened?.ok === true) await opened.value.close();
    },
  });
};
