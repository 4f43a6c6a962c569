/** Device and tools on lineages of chance, in a thousand runs. */
import { test } from "bun:test";
import { agreeOnLineages } from "./agreement.ts";

test("device and tools give one verdict on every lineage", () => agreeOnLineages(1000), 300_000);
