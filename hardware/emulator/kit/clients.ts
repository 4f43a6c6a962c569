/** How clients reach an emulator in process: over its cable, in its time, and written down. */
import {
  type Client,
  type ClientOptions,
  type Intercept,
  lazyClient,
  openClient,
  type OpenLine,
} from "../../../host/driver/index.ts";
import { fail, ok } from "../../../protocol/errors.ts";
import type { Remains } from "./remains.ts";

/** What a client of an emulator may be told besides where it is. */
export type ConnectOptions = Omit<ClientOptions, "open" | "wire">;

const lineOf = ({ isDead, cable }: Remains): Awaited<ReturnType<OpenLine>> => {
  if (isDead || !cable.isPlugged()) return fail("port_missing");
  const line = cable.attach();
  return line === undefined ? fail("port_busy") : ok(line);
};

/** Calls are written down as the device hears them; time passes until the answer is there. */
const interceptOf =
  ({ options: { clock }, recorder }: Remains, own?: Intercept): Intercept =>
  (call, carry) => {
    const told = () => recorder.call(call, carry);
    const answer = own === undefined ? told() : own(call, told);
    return clock === undefined ? answer : clock.until(answer);
  };

/** How clients reach it. */
export const dealings = (remains: Remains) => {
  const { options, host } = remains;
  const { clock } = options;
  const open: OpenLine = () => Promise.resolve(lineOf(remains));
  const how: ClientOptions = {
    open,
    identity: host.identity,
    ...host.draws,
    ...(clock === undefined ? {} : { clock }),
    intercept: interceptOf(remains),
  };
  const client = lazyClient(how);
  const clients = new Set<Client>();
  const keep = (opened: Client): Client => {
    const close = async (): Promise<void> => {
      clients.delete(kept);
      await opened.close();
    };
    const kept: Client = { ...opened, close };
    clients.add(kept);
    return kept;
  };
  return {
    open,
    client,
    /** None of them reaches for a signer that is no more. */
    closeClients: async (): Promise<void> => {
      await Promise.all([client, ...clients].map((one) => one.close()));
    },
    connect: async (session: ConnectOptions = {}): Promise<Client> => {
      const opening = openClient({
        ...how,
        ...session,
        intercept: interceptOf(remains, session.intercept),
      });
      const opened = await (clock === undefined ? opening : clock.until(opening));
      if (opened.ok) return keep(opened.value);
      const seed = `MAYFLY_SEED=${remains.chance.seed}`;
      throw new Error(`no signer answers: ${opened.error} (${seed} has the same chance again)`);
    },
  };
};
