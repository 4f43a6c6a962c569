/** A program that owns a pty until it is killed; it prints the slave's path. */
import { openPty } from "../../hardware/emulator/lines/pty.ts";

const pty = openPty(undefined);
console.log(pty.ok ? pty.value.path : pty.error);
