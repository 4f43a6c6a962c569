/** A row of the table of seeds; test/kit/seeds.test.ts computes all of it anew. */
import type { TestSeed } from "./test-seed.ts";

/** Twelve times one word: in no quorum, for whoever is paid or does not belong. */
export const D: TestSeed = {
  words: "dawn dawn dawn dawn dawn dawn dawn dawn dawn dawn dawn dawn",
  fingerprint: "2a178b04",
  multisig: {
    path: "48'/1'/0'/2'",
    tpub: "tpubDEgaftovepNBcPAFnvC9FQDAwDbEa3mFXK8mXH8zDHRMUgKpYn2oGGiq5XTjwDpSuaiDwAywZ4CkgEobatNz8a9egtchbnNiMr4Cfnjo5RR",
    xpub: "xpub6DeyurNFTLexojWwyhPzpev6iV5xtZBLK8rsitz5G9Vsp7G23XFviERRF1NUtgjgu1MEaRvRa1Hm8PPjH37h1dT3t7FXPtLqgtdJXCjcJ4j",
  },
  pkh: {
    path: "44'/1'/0'",
    tpub: "tpubDDdRbkLikjYRM16CA4thcRT5eFV3DemFSJqqvz63dfPLYMyk93vmJMo9hqDRS7zuo6BGJaT69QPsqYkqpdJubSiaHqTHbso6iKzGFhoE7Rp",
    xpub: "xpub6DKMx8xAJtbdMMag3Zrm1muXW4mWtCMSFGQiFRXV9zRGoWAsK98vTm8FKm2kLn2H7RXpXAxxAX7PytLZyMuJXq7SxYpYLdfiVkqjuuv733F",
    receive: "mt8xfcMsdaMs7bU9d1aut7uGJsS4nJy6Ef",
    change: "mjRdu5SSu3bLVqJ151xpuNTiLFRwFmTKjF",
  },
  shWpkh: {
    path: "49'/1'/0'",
    tpub: "tpubDDHgyoqVrwBTnzVPntrNEt7ZrxCjdUGCaGi4u4owHzrkUGy1WnzVCh5YVYTdx5ogYW1ibkjdG4e17SjfSmzWrrwDp4WH4JNNWsf8ac6F8cR",
    xpub: "xpub6BpQVK8JdcnscRHXB5DYQY7RT7kTKMDoV2S7wdRt7aMvmPCpaef7Hwko5Eo5s3tuwZM3YYSSAKuGzmz9jwkbYL5raMna8HvzfXYa9vVJVHg",
    receive: "2MzG2j4cjXsykwxdE7tbeKcH3jM5DiBqGXA",
    change: "2N9ydk6ohugi5fYhXqhvcyWJQ6qPQLgGF9m",
  },
  wpkh: {
    path: "84'/1'/0'",
    tpub: "tpubDDeNuKsLfjpuW8xFQtDQbWFSfvWZZ9yhBQ7YfXNhnZQS1WxNpmTCRJQ1CGvWDq9TGBq3ZR1e3XbpZSazjvmHgkVtBaD8LmPhuh4tZThkxmK",
    xpub: "xpub6D8dGoe3TSxKvQEpib3pnChrmngreFq9c58fn6aqbgPsVGQuFLpuwt3VbfFzCHJgp6yiJhQG2VrP91PFAXDGRjURaa6BBjFzL2tEk485t21",
    receive: "bcrt1qv7ghdpr3v92kle7qxw2ccyv9qjvvwfphekfcw0",
    change: "bcrt1qtrcrdxm6jwuwm230j3fyujqds6d7lmjkmss4sl",
  },
  tr: {
    path: "86'/1'/0'",
    tpub: "tpubDDoRkDvB3UAAsPfGXcK5gniM6FQsNnyY6Apnu1LHyr2EPQUMMWVhT3viar9dopbm8ZQqkzYpdDiJu59hQekAXHiUT2skcECDausUKqGj7gx",
    xpub: "xpub6Bxg1ixd5Fie5gdxSx2WGfb3g33bJxnFWfDoUQ333J29B667K4omjudSAd5sWcnJR698FAz1Hm1vthF4zcjYr1KQHQPdnnvjHy3Fp9ZHYWD",
    receive: "bcrt1pnd9zxtwqdjsfqwckpcxsj9lsp6e26cpdesc9yxemjqxm25vncpaqxq7f4n",
    change: "bcrt1p7eed96cu0j2zmzz6svp22v2jnr54g6m274d3xptq3adlwgrp2ysse6smap",
  },
};
