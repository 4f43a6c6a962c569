/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** Twenty-four times one word: signer B of `QUORUM`. */
export const B: TestSeed = {
  words: `${"bacon ".repeat(23)}bacon`,
  fingerprint: "9a6a2580",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDFZk17LmJpm9HZWfxoggu7yC1KeUm26JA2gCHnCXdo9oVPnpGZb9ErVXmiRiDMBgTiQ9oNdC3TDE4PvVy7eMvubhZqkcrPyCkiZvzWBVqrr",
    xpub: "xpub6EeqK2JLwngrHJEQ4X4iqrySZV9qU3TgwMgf6NStLZa37AfNiHTtTE9ji1F9YQDLArJMLy8sw3Q2samVj5VQQjaaUHr5z2Hz57NWHJCfh31",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDDAkmjn4KnxKPQbi9vNMNhhE8QUmpGQQNF4dZfEHEgjGBqwW3iGt7CRtDVLtE1xRTeMcRJvgj9XDQz6cGFfMDMwzPHqyjscAg2wgHxcgfgn",
    xpub: "xpub6CBoksh3cELoJtgK3d7YKDemKKr2q2AtFZ421X6Nox51g2RzxS9e7eeX9SnmyvNr7ZQNi9ZHX16fBCKCZrCnAEGDLgaDfacvzZfYsuyw9cp",
    receive: "miJdzMr5HoFP6uML4EkRYWN7wWrYy3bdnN",
    change: "mvBTdzFkP93B4ogsCYcRvUqEYLAXfRHbMm",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDDYJd74FwYd5cgapJcYiQpQoJAauy9mvFYLc245mkcA5gYm8LzZwuWAP71DrXz1DUtVDqqC9drnwUeadgTC7L7KU74PzhkX5VsipPD2NCAo",
    xpub: "xpub6DM9UT6yWxNGXjqQXrvpbUVKDm19tC6dsx3pSBxPvzHUgD8KUQixeSo85GqbAvr9iT7Mzw62quMASN2fYjnPYTx58Y2nEVoQVsgXXYWTu3k",
    receive: "2MudxxeUC6kBzjXhkNoSxu1sJoBkng74Qht",
    change: "2MthyWHHXWs9v8bNkK5Zehc6KvUYYR5fVGt",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDCMRAYcH71Gagskm7E5peNMYB5sKaLLwtn2c4Rb3CMUTRVUk5dkpsskhspa5MEcVZ11LwTcM7R5mzndUCG9WabYcT5hfQHbYVoaLFBZHPCi",
    xpub: "xpub6DEzNop46vmxR49zYWFnMwmEfawSNmAMf6dLH5YKDY463twtvw1XD7ihwJRLPRGZJz799VPFzXHpZu6WdhT29WnaeuChS6aZHZPFmqczR5K",
    receive: "bcrt1qv0a20kkj63gek9mldffmgvqxjpjz6m72jrquqa",
    change: "bcrt1qnnw8hv2wcy2n3egz3lgga7gm742jgq7ujvudqy",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDC5hTcigUKbZJ4BsdRCgrDs2tmHxcW5Xw1TkbmhyVc9iQLmyPTwG8p9CSyvnXAdtkzpJfsex7CR3N8uSxBrMxB65p9QfUNvXHsMhmrTM7FM",
    xpub: "xpub6DUvbtJeDmGYVzttwAqQjyKhBF3HPANqbSu45suN9NWVRa4wMwGgQPLajxRSXdhBhDSHjaH2mvGbmTojrUVFkZkPJkXFEBjDphbJNAUPamt",
    receive: "bcrt1pqxfksax8udvjxa7gvhemsx3gyj8pqgxrcrz7yndcq5trz3l3aykqqxjuaz",
    change: "bcrt1ptk0nhp26zazv4qv2gm8fk032rtrnm7gzu2a935nckjm8r6cpymcqem8hyk",
  },
};
