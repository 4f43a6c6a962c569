/** The portable engine, for emulators and tests. */
export { createPortableSecrets, type PortableSecrets } from "./secrets.ts";
