import { describe, expect, test } from "bun:test";
import {
  descriptorChecksum,
  isChecksumRight,
  walletDescriptors,
} from "../../../host/vault/index.ts";
import { randomSigners, walletOf } from "../three-keys.ts";

const XPUB =
  "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL";
const OTHER_XPUB =
  "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y";

describe("BIP-380 checksums", () => {
  test("the valid one of the test vectors", () => {
    expect(descriptorChecksum("raw(deadbeef)")).toBe("89f8spxm");
    expect(isChecksumRight("raw(deadbeef)#89f8spxm")).toBeTrue();
  });

  test.each([
    "raw(deadbeef)",
    "raw(deadbeef)#",
    "raw(deadbeef)#89f8spxmx",
    "raw(deadbeef)#89f8spx",
    "raw(deedbeef)#89f8spxm",
    "raw(deedbeef)##9f8spxm",
    "raw(Ü)#00000000",
    "",
  ])("the invalid %p of the test vectors", (descriptor) => {
    expect(isChecksumRight(descriptor)).toBeFalse();
  });

  test("no checksum for a character outside the set", () => {
    expect(descriptorChecksum("raw(Ü)")).toBeUndefined();
  });

  test("Bitcoin Core's descriptor_tests and BIP-129", () => {
    const multi = `sh(multi(2,[00000000/111'/222]${XPUB},${OTHER_XPUB}/0))`;
    expect(descriptorChecksum(multi)).toBe("tjg09x5t");
    const first = "026d15412460ba0d881c21837bb999233896085a9ed4e5445bd637c10e579768ba";
    const second = "030baf0497ab406ff50cb48b4013abac8a0338758d2fd54cd934927afa57cc2062";
    const keys = `[59865f44/48'/0'/0'/2']${first},[b7044ca6/48'/0'/0'/2']${second}`;
    expect(descriptorChecksum(`wsh(sortedmulti(1,${keys}))`)).toBe("rzx9dffd");
  });
});

describe("walletDescriptors", () => {
  const signers = randomSigners(3);
  const { multipath, receive, change } = walletDescriptors(walletOf(signers));

  test("hold threshold, keys and branches, each with its checksum", () => {
    const keys = (branch: string): string =>
      signers.map(({ key }) => `${key.replaceAll("'", "h")}/${branch}/*`).join(",");
    for (const [descriptor, branch] of [
      [multipath, "<0;1>"],
      [receive, "0"],
      [change, "1"],
    ] as const) {
      expect(descriptor.slice(0, -9)).toBe(`wsh(sortedmulti(2,${keys(branch)}))`);
      expect(isChecksumRight(descriptor)).toBeTrue();
    }
  });

  test("differ in their checksums", () => {
    const ends = [multipath, receive, change].map((text) => text.slice(-8));
    expect(new Set(ends).size).toBe(3);
  });
});
