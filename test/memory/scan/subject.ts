/** What is scanned. */
import type { EngineName } from "../../../host/cli/emulators.ts";

/** An engine, and on which pages. */
export interface Subject {
  /** As rows and tables call it. */
  readonly name: string;
  readonly engine: EngineName;
  /** Locked pages without memfd_secret, as on a kernel that has none. */
  readonly plainPages: boolean;
}

/** The native engine as it runs here, the same on ordinary locked pages, and the portable one. */
export const SUBJECTS: readonly Subject[] = [
  { name: "native", engine: "native", plainPages: false },
  { name: "native on plain pages", engine: "native", plainPages: true },
  { name: "portable", engine: "portable", plainPages: false },
];
