/** A program that wants the host's key: it prints the public half, or why there is none. */
import { noiseSuite } from "../../host/driver/noise-suite.ts";
import { openHostKey } from "../../host/identity/index.ts";

const key = openHostKey(process.argv[2] ?? "", noiseSuite.keyPair);
process.stdout.write(key.ok ? key.value.publicKey.toHex() : JSON.stringify(key));
