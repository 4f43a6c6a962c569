/** The package's `mayfly/testing`: what a test of a vault is made with. */
export * from "../../hardware/emulator/index.ts";
