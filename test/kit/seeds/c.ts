/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** Twelve times one word: signer C of `QUORUM`. */
export const C: TestSeed = {
  words: "cannon cannon cannon cannon cannon cannon cannon cannon cannon cannon cannon cannon",
  fingerprint: "df8029d8",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDF72dwW5mo5zA2zNUXEWeyPfVT2Y7kVMLPbEvxGpyuBmKCgPgH88u3SjV3CioKeA1qPKLkWqLe65tuQyN9wromkgiBksB5qrkr24M8heBpD",
    xpub: "xpub6DjKmNwNqd1st3c2q68XZ8Efra3NY9qFhqNNS8r4DDfjohFFMad8hSubnSBmdTYu2Qo2fmAoyRzhcgPevvYJA4wdDZTfSQnWqsFi5uToxwQ",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDDX2DanBv93dgdcLqNGKzfQFpfJLfJMDq8dYXRoRZTVKp4iT2KBHMap9QbZCawsDTRJSQprtPmxMkpeJ6C11YEKJUeKXaGCJtVCZLgEckEr",
    xpub: "xpub6DX7zqtWEQB8Bm9XXc36Y3ev1HBW1XVJxfqg1sNpq6Dpggq9qNGcFs8vP7yjz9YB9nFjF9QAnTCpsoTAyPiHrFKqBtqphrnUtEete7Zs6NV",
    receive: "mpW2R7A3XrYxrVzRUfbiNa97ShP4UokY6C",
    change: "mxnMpGqoCB8xzv1obxCtfMuWSswKgFD4Tq",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDC4hM4dY5LrzrhBdUZpomfrHWJ2Z1eqktUUW4sYDfGPzbB6Sh4QKAkLVwXd2D5uKC7qUXYwp9wPS4NC7wTp7DDdSZWaCK8Mh2WHDr7gzdJR",
    xpub: "xpub6CNzzP36VeEKutoyBzLPqmtYzM6Eryp3snZb8UKdYk4P2gtMN26dZQZThb9a1KLZmeTov7gw58SRb6Q5ymsBEdQUSDB95bCtVxCgCoC4DQy",
    receive: "2MuTx9Mi5EuCfYiP6CT2UzpvwV29AZ3iBNj",
    change: "2MwrYBzhS73nL43iGERqTae9E7r6fjRtvgt",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDDUswm5pLSdTAofZFHuj5UD9Q2Ef5Lf2jNokMCD9Msw2PzvW5NXsy6jbV56Uo1sDEvy8F2bMgpsop5cZTCeaBRVcEEJKY2xrXUC2m5CahPD",
    xpub: "xpub6BkU4tpHfEXcnTRnt4KBEDfDmM2m6PaVyBaf6DADPcw9fCsfxEF6cKh1R98sbFDR5cLrgTxWnKdEbo9KqDVp1VEWEzeDeevPxnGnsYoTERG",
    receive: "bcrt1qe4fk5q4s7nr277q4plw6qs9m3pfcarmguyutzg",
    change: "bcrt1q8k60mrwje4806gzexa05ycnue3g4vapnqgfls8",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDD8UeW1ZncuZSjVhVSBrMsp16tRCPhwr2BqBgqH3rDx4FPfDPw4BTy3rg4uVSJWAtkzR4rjq1hAmh2mxnnpPcvB4Ude47yBXCf83fLv1Bha",
    xpub: "xpub6Ca59vJiTXF9q8dwhG1VRc3J6xSoNA9cpvRxLMgBwNtEsYoCRJ9TyCKa9KRAcJFLi6mAmwjgy5uDv4L3LjR6KicuJhguecGnjBRGzhAKgKw",
    receive: "bcrt1p904qvtxqemklejlefth4t43wt5jxnf7e8myt48jtpuva868znyjs8ur5ns",
    change: "bcrt1p4kaaqq3ae9gdzla00gxt02xhf0x74jvr7d3g2texhn5z0qj9lk4sw396l4",
  },
};
