/** A program that closes its clients and has nothing else to do: it must end by itself. */
import { createEmulator } from "../../hardware/emulator/index.ts";
import { openClient } from "../../host/driver/index.ts";
import { unwrap } from "./lines.ts";

const emulator = await createEmulator();
const first = await emulator.connect();
await first.getStatus({}, { timeoutMs: 3_600_000 });
await first.close();
console.log("closed after a call");

let isAway = false;
const open = () =>
  isAway ? Promise.resolve({ ok: false, error: "port_missing" } as const) : emulator.open();
const second = unwrap(await openClient({ open, reconnectMs: 3_600_000 }));
isAway = true;
emulator.unplug();
emulator.replug();
const call = second.getStatus({}, { timeoutMs: 3_600_000 });
await Bun.sleep(20);
await second.close();
await call;
console.log("closed while away");
