/**
 * The conformance suite over the device that `MAYFLY_PORT` names: a serial port's path, `unix:PATH`
 * or `tcp://HOST:PORT`. Without more only the cases that anyone may ask for run; `MAYFLY_PORT_HOME`
 * names the home of a host that the device knows, and `MAYFLY_PORT_APPROVED=1` says that somebody
 * at the device says yes, and that wallets may be registered.
 */
import { openIdentity } from "../../../host/cli/identity.ts";
import { type Identity, openClient, openPort } from "../../../host/client/index.ts";
import { conform, must, type Need } from "./index.ts";

const port = process.env["MAYFLY_PORT"] ?? "";
const home = process.env["MAYFLY_PORT_HOME"] ?? "";
const isApproved = process.env["MAYFLY_PORT_APPROVED"] === "1";

const open = openPort(port);
const identity: Identity | undefined = home === "" ? undefined : must(openIdentity(home));

/** Its phase, which no case changes; nothing where none is named. Throws where none answers. */
const phaseNow = async (): Promise<string | undefined> => {
  if (port === "") return undefined;
  const client = must(await openClient({ open }));
  const { phase } = must(await client.getStatus({}));
  await client.close();
  return phase;
};

const now = await phaseNow();

const offers = (need: Need): boolean =>
  now !== undefined &&
  (need.phase === undefined || need.phase === now) &&
  (need.isKnown !== true || identity !== undefined) &&
  (need.isApproved !== true || isApproved) &&
  need.isAsking !== true;

conform({
  name: port === "" ? "MAYFLY_PORT" : `MAYFLY_PORT=${port}`,
  hasMany: false,
  offers,
  prepare: () =>
    Promise.resolve({
      open,
      ...(identity === undefined ? {} : { identity }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
});
