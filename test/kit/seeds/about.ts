/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** The all-zero entropy of BIP-39: the seed of BIP-84's and BIP-86's vectors. */
export const ABOUT: TestSeed = {
  words:
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
  fingerprint: "73c5da0a",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDFH9dgzveyD8zTbPUFuLrGmCydNvxehyNdUXKJAQN8x4aZ4j6UZqGfnqFrD4NqyaTVGKbvEW54tsvPTK2UoSbCC1PJY8iCNiwTL3RWZEheQ",
    xpub: "xpub6DkFAXWQ2dHxq2vatrt9qyA3bXYU4ToWQwCHbf5XB2mSTexcHZCeKS1VZYcPoBd5X8yVcbXFHJR9R8UCVpt82VX1VhR28mCyxUFL4r6KFrf",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDC5FSnBiZDMmhiuCmWAYsLwgLYrrT9rAqvTySfuCCrgsWz8wxMXUS9Tb9iVMvcRbvFcAHGkMD5Kx8koh4GquNGNTfohfk7pgjhaPCdXpoba",
    xpub: "xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekkudhUd9yLb6qx39T9nMdj",
    receive: "mkpZhYtJu2r87Js3pDiWJDmPte2NRZ8bJV",
    change: "mi8nhzZgGZQthq6DQHbru9crMDerUdTKva",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDD7tXK8KeQ3YY83yWq755fHY2JW8Ha8Q765tknUM5rSvjPcGWfUppDFMpQ1ScziKfW3ZNtZvAD7M3u7bSs7HofjTD3KP3YxPK7X6hwV8Rk2",
    xpub: "xpub6C6nQwHaWbSrzs5tZ1q7m5R9cPK9eYpNMFesiXsYrgc1P8bvLLAet9JfHjYXKjToD8cBRswJXXbbFpXgwsswVPAZzKMa1jUp2kVkGVUaJa7",
    receive: "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2",
    change: "2MvdUi5o3f2tnEFh9yGvta6FzptTZtkPJC8",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M",
    xpub: "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V",
    receive: "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk",
    change: "bcrt1q9u62588spffmq4dzjxsr5l297znf3z6jkgnhsw",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDDfvzhdVV4unsoKt5aE6dcsNsfeWbTgmLZPi8LQDYU2xixrYemMfWJ3BaVneH3u7DBQePdTwhpybaKRU95pi6PMUtLPBJLVQRpzEnjfjZzX",
    xpub: "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ",
    receive: "bcrt1p8wpt9v4frpf3tkn0srd97pksgsxc5hs52lafxwru9kgeephvs7rqjeprhg",
    change: "bcrt1p6uav7en8k7zsumsqugdmg5j6930zmzy4dg7jcddshsr0fvxlqx7qnc7l22",
  },
};
