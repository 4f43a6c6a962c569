/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** The all-one entropy of BIP-39, 256 bits. */
export const ZOO: TestSeed = {
  words: `${"zoo ".repeat(23)}vote`,
  fingerprint: "244c267a",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDEyWG37Ln5zCJ1rcYhKiNMW146EsNpWv1qbEXgwZYPGguwha3Y6QnwPSD9TZHUqP9YhJTPmXGzTc35PvMBEGYbB2hy5h8Ko3tWzagYwVdee",
    xpub: "xpub6Da6wLpZUC4a9vRZHGxzgMiFNp7nbhDwQ3HsdV1qATPc6yktt3o6A9U2Nh7YYZnwRG1prgFGeKPGMa8gA4XGjdWGuounnWSaNp5HcWCjrPh",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDCh1z31SzaYqSxTpRcUFXJmpBsq3SN1BaXceYPQGY51x2jFC1UiUrk7SzrBJrBWp9oFsuMjWDPscfuBvmckm55Q1xhnyrp6qcbExMFpC2ek",
    xpub: "xpub6CNmKkwmGwGoxCCfMWLS7dEvmouvs7i9HjxhTaYbo3Yrjhevrvr5FHDzbwKaYorWJP9JpnYS3wREtgXD6gxqmJT2KDXj32ynyqawCRMqBRo",
    receive: "mmnnNXayvTYju7UR12mk3GTRj8m7cqmjMK",
    change: "n4RdKVPv67mrgQppAbuHUfnGWG4nQmAG6C",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDDhPWHpsmDCmmzaKjzSBe2H2XZWFNHj4JMHAGDRqi1NdWYqvQpF3QR33fjWSKJx7UhnsdRPbU1qdRR8mgqNfRed7JzVgQXCoRgT6ZnkEXHZ",
    xpub: "xpub6ByBw2AfXEW66kBdJeBjaTpowecQRM9Z79XYjbHvqS1Ri3AHupH8vyMUFrmgQmphBa1SGQwUc8cK5fh9HrkYNba8iH8CbrWmwmgBJM1NtXa",
    receive: "2NA3hvZDVGnmmsy2mc4LNm3gK8oUZHEbEu7",
    change: "2NEaSmcjqktmND6vp2KsbAh85BYRze48bCU",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDC9vaBUnECBfzuzXY2mqZ511fJh1HdR3TXkiVwvKgNQ7cS78iGHkxDumFJSSUyKbdzqZ7xa5snoW2QRABGhqEkbSBcrAEYKyaQhEEnWnKs2",
    xpub: "xpub6Bxz9mHTWs5otu7J4iwxo92J4ggp8Zz5g2y3xhtWNXN4jxPCeFE38zPpVDQdoaufUf1bu2YU9goXod4MHkmkfrfittsHYTxGV4upHDQG92o",
    receive: "bcrt1ql3x6yh89wxaztcxxkseax669u0x7lpl6l5hm04",
    change: "bcrt1q3vylvuqzpxv7yvnusz2vtfk8arwlwhwt526w4a",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDDTvhBUGrta8vHYvED7NVpRB64nP9n4v8zScbV1yyi3Rc7fwH9o5qsWbyhv9JjwCPfzhJHJCsLppzRyFp2W4VFy4kssk5SkFf6gRK6NmDZV",
    xpub: "xpub6C7SBkZ73BrxgiUaAe3hyp4NiP4Nh5r2gHG5JZ2LDVfq2J63PnGzNWc4sj6qrYznUZRnZ6kkidFnTsUCsH2QgfSdW2wVQ5Zg5atnhwdhH2J",
    receive: "bcrt1pzutpcaymsyxtmz325ucsjed4evp9mea05tsf32wnkx46vsjrqtrqc5mtwe",
    change: "bcrt1p9q3m30s9cl48lfxprantgphlp4zs8a5q4gp0qeaj50qc058a48pqnxj3fw",
  },
};
