/** A hub whose links are fakes, for tests of what it does with clients. */
import type { Socket } from "node:net";
import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../host/driver/index.ts";
import { createHub } from "../../host/link/hub.ts";
import { listenAt } from "../../host/link/socket-file.ts";
import { ok } from "../../protocol/errors.ts";
import { unwrap } from "../driver/lines.ts";
import { atEnd, createFakeLink, type FakeLink, temporaryFolder } from "./sockets.ts";

/** A hub on fake links, one after the other, its socket, and a clock that may be set forward. */
export const startHub = async (first: FakeLink = createFakeLink(1)) => {
  let laterMs = 0;
  const links = [first];
  const changes: boolean[] = [];
  let isReachable = true;
  let admitted = 0;
  const hub = createHub(first, {
    clock: { ...SYSTEM_CLOCK, nowMs: () => SYSTEM_CLOCK.nowMs() + laterMs },
    dial: () => {
      if (!isReachable) return Promise.resolve({ ok: false, error: "port_missing" } as const);
      const fresh = createFakeLink(links.length + 1);
      links.push(fresh);
      return Promise.resolve(ok(fresh));
    },
    onChange: (isUp) => changes.push(isUp),
  });
  const admit = (socket: Socket): void => {
    admitted += 1;
    hub.admit(socket);
  };
  const reach = (can: boolean): void => {
    isReachable = can;
  };
  const file = join(temporaryFolder(), "s");
  const listening = unwrap(await listenAt(file, admit));
  atEnd(async () => {
    listening.close();
    await hub.close();
  });
  const pass = (ms: number): void => {
    laterMs += ms;
  };
  return { hub, file, links, changes, reach, pass, admitted: () => admitted };
};
