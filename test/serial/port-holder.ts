/** A program that opens the port of its argument, prints what came of it, and holds it. */
import { openPort } from "../../host/serial/index.ts";

const port = await openPort(process.argv[2] ?? "");
console.log(port.ok ? "open" : port.error);
