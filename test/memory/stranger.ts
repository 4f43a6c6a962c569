/** A program of no rights that tries to read its parent's memory, and prints what it is told. */
import { createPatternTable } from "./pattern-table.ts";
import { scanProcess } from "./process-memory.ts";

/** The user `nobody` of Linux. */
const NOBODY = 65534;

process.setuid?.(NOBODY);
try {
  const { scannedBytes } = scanProcess(process.ppid, createPatternTable(1).search);
  console.log(`read ${scannedBytes} bytes`);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
