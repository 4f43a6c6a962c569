/**
 * Golden bytes of protocol version 1. Nobody edits them: peers in the field have them. A change
 * of the protocol is a new version and brings v02.test.ts and v02/ beside these.
 *
 * A request and a result of each stable command. Written with another program's CBOR.
 */

/** A call of a command: the messages that ask and answer, both with the id 7. */
export interface GoldenCall {
  readonly command: string;
  /** The wire code of the command. */
  readonly code: number;
  readonly params: unknown;
  readonly request: string;
  readonly result: unknown;
  readonly answer: string;
}

const bytes = (digits: string): Uint8Array => Uint8Array.fromHex(digits);

/** The idempotency key of every request here. */
export const KEY: Uint8Array = bytes("000102030405060708090a0b0c0d0e0f");

const BOOT_ID = bytes("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
const FIRMWARE = bytes("e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

/** The calls. */
export const CALLS: readonly GoldenCall[] = [
  {
    command: "getStatus",
    code: 0x01,
    params: {},
    request: "a50000010702010350000102030405060708090a0b0c0d0e0f05a0",
    result: {
      name: "A",
      phase: "ready",
      bootId: BOOT_ID,
      version: "0.1.0",
      protocol: 1,
      firmwareDigest: FIRMWARE,
      secrets: {
        engine: "portable",
        library: "noble",
        volatile: false,
        protections: ["pin", "zero"],
      },
      fingerprint: bytes("5c1bd648"),
      uptimeMs: 4_294_967_296,
      insecure: true,
    },
    answer:
      "a30001010702aa006141016572656164790250b0b1b2b3b4b5b6b7b8b9babbbcbdbebf0365302e312e300401055820e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff06a40068706f727461626c6501656e6f626c6502f403826370696e647a65726f07445c1bd648081b000000010000000009f5",
  },
  {
    command: "getStatus",
    code: 0x01,
    params: {},
    request: "a50000010702010350000102030405060708090a0b0c0d0e0f05a0",
    result: {
      name: "",
      phase: "sealed",
      bootId: BOOT_ID,
      version: "0.1.0",
      protocol: 1,
      firmwareDigest: FIRMWARE,
      secrets: { engine: "native", library: "libsecp256k1", volatile: true, protections: [] },
      uptimeMs: 0,
      insecure: false,
    },
    answer:
      "a30001010702a9006001667365616c65640250b0b1b2b3b4b5b6b7b8b9babbbcbdbebf0365302e312e300401055820e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff06a400666e6174697665016c6c6962736563703235366b3102f50380080009f4",
  },
  {
    command: "startPairing",
    code: 0x02,
    params: { role: "auditor" },
    request: "a50000010702020350000102030405060708090a0b0c0d0e0f05a1006761756469746f72",
    result: { lifeMs: 600_000 },
    answer: "a30001010702a1001a000927c0",
  },
  {
    command: "pair",
    code: 0x03,
    params: {
      hostKey: bytes("404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"),
      role: "vault",
    },
    request:
      "a50000010702030350000102030405060708090a0b0c0d0e0f05a2005820404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f01657661756c74",
    result: {
      deviceKey: bytes("606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"),
      generation: 3,
      credential: bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
    },
    answer:
      "a30001010702a3005820606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f0103025820808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
  },
  {
    command: "seal",
    code: 0x13,
    params: {},
    request: "a50000010702130350000102030405060708090a0b0c0d0e0f05a0",
    result: {},
    answer: "a30001010702a0",
  },
  {
    command: "getXpub",
    code: 0x21,
    params: { path: [0x8000_0030, 0x8000_0001, 0x8000_0000, 0x8000_0002, 7] },
    request:
      "a5000001070218210350000102030405060708090a0b0c0d0e0f05a100851a800000301a800000011a800000001a8000000207",
    result: {
      xpub: "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
      fingerprint: bytes("3442193e"),
    },
    answer:
      "a30001010702a200786f787075623636314d794d77417152626346745867533573594a414271714739594c6d433451315264617039675345384e7174777962476865505932675a32394553466a714a6f4375315275706a65385974477173656644323635544d67377573554446647036573145474d6365743801443442193e",
  },
  {
    command: "getAddress",
    code: 0x22,
    params: {
      walletId: bytes("c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"),
      isChange: true,
      index: 0x7fff_ffff,
      isShown: false,
    },
    request:
      "a5000001070218220350000102030405060708090a0b0c0d0e0f05a4005820c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf01f5021a7fffffff03f4",
    result: {
      address: "bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry",
      scriptPubKey: bytes("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"),
    },
    answer:
      "a30001010702a2007840626372743171727033336730713563357478737039617279737278346b367a646b6673346e636534786a306764636363656676707973786633717a66346a727901582200201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
  },
];
