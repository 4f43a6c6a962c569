import { expect, test } from "bun:test";
import { descriptorChecksum, verifyChecksum } from "../../host/control/check/checksum.ts";

// BIP-380, "Test Vectors": the checksum and character set.
test("BIP-380: a valid checksum is made and verified", () => {
  expect(descriptorChecksum("raw(deadbeef)")).toBe("89f8spxm");
  expect(verifyChecksum("raw(deadbeef)#89f8spxm")).toBe("raw(deadbeef)");
});

test.each([
  ["no checksum", "raw(deadbeef)"],
  ["missing checksum", "raw(deadbeef)#"],
  ["too long checksum", "raw(deadbeef)#89f8spxmx"],
  ["too short checksum", "raw(deadbeef)#89f8spx"],
  ["error in payload", "raw(deedbeef)#89f8spxm"],
  ["error in checksum", "raw(deedbeef)##9f8spxm"],
  ["invalid characters in payload", "raw(Ü)#00000000"],
  ["nothing", ""],
])("BIP-380: %s is refused", (_, text) => {
  expect(verifyChecksum(text)).toBeUndefined();
});

test("Bitcoin Core's doc/descriptors.md: the checksum of an extended key with its origin", () => {
  const xpub =
    "xpub6DJ2dNUysrn5Vt36jH2KLBT2i1auw1tTSSomg8PhqNiUtx8QX2SvC9nrHu81fT41fvDUnhMjEzQgXnQjKEu3o" +
    "aqMSzhSrHMxyyoEAmUHQbY";
  expect(descriptorChecksum(`wpkh([d34db33f/84h/0h/0h]${xpub}/0/*)`)).toBe("cjjspncu");
});
