/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** Twelve times one word: signer A of `QUORUM`. */
export const A: TestSeed = {
  words: "agent agent agent agent agent agent agent agent agent agent agent agent",
  fingerprint: "838f3ff9",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDEyZdFTwneTjZe5Neu685w9ZfZPSFz41nE1TUhXMF1ap954UT6FDPTgrP6qAxvxeKVRU1KCpFC36A67j8AecYeU8eVJWb51HMEviTPj6g96",
    xpub: "xpub6E1Wy77SPYHGZuxcb8vZe8V48s2ise2KYTMunjN7XbgNmbhzHVK3zKXngH3mu46f1oRN1y2eCcPWCa8CCijcf6u3epCz7AWMArGmkJX8Mtn",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDCwRB5SdiCqi2L6Tw6og1Qzucuxv3PNh9iN8GWeoMe817YWsXXWXq6dWkd1R7o6hrFM8k3cWbaNpE1ST6ST3XvTNszh3Wyn4GqwRdqAVhWp",
    xpub: "xpub6DCqbnKTEB55hzGbmJQSKg2JWmHTAqsSko7PMP3vi4bfEVNTRuRASp1uSu6NK3ry31cxqTBcgi9n8RWeFyLoonXDTb57R4y1QUbGD9cKfjJ",
    receive: "mtsPkdSdF33y5rQEPpBBmZsZGSGba5qPgv",
    change: "n3j4UYSPXLkHeii8opa3638ocAnBqqJMvH",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDDLuY7ViqaFWAWTvGfnJ3YGp3Uoen29yYKR41BjWAKPw3Gmx1Bn2fUwoMhxZABzo6uu3kAeBNY5bGT49spCBvab9n5HTYoDsqu1hL1pbbch",
    xpub: "xpub6D6mwNVsRxoxbY8o9646nPC4Q8FD6g9bLGhAswp7RJwtrvCKusyDvofExCXTyYDPmcDpxZgfQFXrrt5UsamoGFFrbtxGghoU7QLdUHXnBcq",
    receive: "2NAJo4i8WBm1pyQHHHbhBWPzJ1hhSGMRVwB",
    change: "2N29SLDZ65QJrX4u2cGvhqoTg2zv4M2L5gd",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDD3PgKFVuQCxraGQ5Ss6KMFD5a57KKT2J4NPNbAGp2eAsC1c9NqcUAA3ukXxiJajCSfdrMxtr2ZbpgqQ7EXhp9icZmCCNThGbd7nJs7vuSG",
    xpub: "xpub6BvTQigC3imQ7uXDRd8gtqaaHPQNkU6LJc1rMqqDe1cgh1Mj7y5dyaxXAsMZLA5VTZqbp1bcPuyS8VmoZvMzffEHC4pNuGtTDhCpxpSh8Di",
    receive: "bcrt1q8q4p56nq8ke0kdxfcgasystk024vp8urp37qxp",
    change: "bcrt1qrpu2xcncvmy73ewrkhqgpcmy823vyzxj44l3kq",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDDBoxC6EPciPwcjv8zyx22XQwZhoYDPj3rQ9Ep47KFWk7XFNCPETxDz4TgVrun9ZawT7cWQY6dFwJHBjz5qvYEtEbHQGn2T7isXphWtmuxS",
    xpub: "xpub6BpeuLsS4rAa7KQs8ciPZzmPYQC1S3deqFZcafaZjWfpiCwEiPztvnJM7EdSDYt6nDUg9wFPhvVe8VXAbhs6nZ5AiJyvfGBsjAcwmry467X",
    receive: "bcrt1pg059jluh0daqj2jvpsycfqdxretpng8wme0806wgk30hym44w04qzhnger",
    change: "bcrt1pty27juwdcyzfz89de7f29zljjc83hva8mxwx04n397qrhzcsz0msglfxqk",
  },
};
