/** Vectors of the three patterns in use, for a clone without the published files: cacophony's. */
import type { Vector } from "./vector.ts";

/** "John Galt". */
const PROLOGUE = "4a6f686e2047616c74";
/** "This is my Austrian perspective!" */
const PSK = "54686973206973206d7920417573747269616e20706572737065637469766521";
const INITIATOR = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
const RESPONDER = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";

/** The vectors. */
export const SHORT_VECTORS = {
  NN: {
    protocol: "Noise_NN_25519_AESGCM_SHA256",
    prologue: PROLOGUE,
    initiator: { ephemeral: INITIATOR, psks: [] },
    responder: { ephemeral: RESPONDER, psks: [] },
    handshakeHash: "6301958d25cd7d1ffe6ad7d0ca2ad284b4e478d9acd9198f7750432d225043d0",
    messages: [
      {
        payload: "4c756477696720766f6e204d69736573",
        ciphertext:
          "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573",
      },
      {
        payload: "4d757272617920526f746862617264",
        ciphertext:
          "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843934ff73eebb9d930ebf62b8e4db8133ca936872b5551efd7c9989c646d8cf0",
      },
      {
        payload: "462e20412e20486179656b",
        ciphertext: "8d372b94914e80018211a344b8b1c5a2869492a0db46990c0362f3",
      },
      {
        payload: "4361726c204d656e676572",
        ciphertext: "e183b0abd55550f9955fb05476d988c6f27628d7bbde111c39ccbc",
      },
      {
        payload: "4a65616e2d426170746973746520536179",
        ciphertext: "167293a79ad6a647114c4f4eb55bdf713a0d44ae48765c07fc4e57743100825021",
      },
      {
        payload: "457567656e2042f6686d20766f6e2042617765726b",
        ciphertext: "2b67a18ae246069c51687bee89141041d9d35a821f852975d169a4f80f75c735807a1fd157",
      },
    ],
  },
  NNpsk0: {
    protocol: "Noise_NNpsk0_25519_AESGCM_SHA256",
    prologue: PROLOGUE,
    initiator: { ephemeral: INITIATOR, psks: [PSK] },
    responder: { ephemeral: RESPONDER, psks: [PSK] },
    handshakeHash: "9f3b1f9afd7767767b5b9d1069844a6154fdbdcc36dfb3e31c0fffc5c973d530",
    messages: [
      {
        payload: "4c756477696720766f6e204d69736573",
        ciphertext:
          "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79447c37a89fc17813788d30df2d59501d6066f5f8aecc3406bbd9829f2d24a531b1",
      },
      {
        payload: "4d757272617920526f746862617264",
        ciphertext:
          "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088432f29d79368ef9de4e1ae7a362fb05bf0ad668e026bf5714554497b3a720461",
      },
      {
        payload: "462e20412e20486179656b",
        ciphertext: "7c01e898a6201f36aecee532e29cd0b7f8ffa29d3366ad0dce39a6",
      },
      {
        payload: "4361726c204d656e676572",
        ciphertext: "a9ff535aace3db6a1da1a7fb00fe2de2622bb373abad9fb42c00e0",
      },
      {
        payload: "4a65616e2d426170746973746520536179",
        ciphertext: "6cfc49a3e65472edc2d0152abe5ce950170a8a47c959f30bd48b5f0aacf29adbfd",
      },
      {
        payload: "457567656e2042f6686d20766f6e2042617765726b",
        ciphertext: "9bc86e6d974ed21ba04604a94aa68de21677eb409ead070c0cd569b069ee19ba142aa4c1a9",
      },
    ],
  },
  IK: {
    protocol: "Noise_IK_25519_AESGCM_SHA256",
    prologue: PROLOGUE,
    initiator: {
      ephemeral: INITIATOR,
      secret: "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
      remoteStatic: "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62",
      psks: [],
    },
    responder: {
      ephemeral: RESPONDER,
      secret: "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
      psks: [],
    },
    handshakeHash: "669c8640d9e42a3cda2f232f78597ceefb01daa6e3df81181ccce6fc6b5026bf",
    messages: [
      {
        payload: "4c756477696720766f6e204d69736573",
        ciphertext:
          "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444e417bc55c7a8166c993356c1be41ef67818a292426f301556c7f26b21d25ddb097153891a9a956cff47b83e63ad8d701c1342c209cff1ca5ecd43402762ac249e3bd3a4c0a145fe07cb5dae28ea13a3",
      },
      {
        payload: "4d757272617920526f746862617264",
        ciphertext:
          "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843af2ccf9972e22afc67aeafcd25162f7f98c363b7762e3e4cb7d272e39f27a5",
      },
      {
        payload: "462e20412e20486179656b",
        ciphertext: "66acfc92e3197de166809e6d4d5d003dcc819a84bc3522ca53c9d9",
      },
      {
        payload: "4361726c204d656e676572",
        ciphertext: "71f89aa6533a6de70b0826864dd75f60806ee40170c16290189eb3",
      },
      {
        payload: "4a65616e2d426170746973746520536179",
        ciphertext: "4795a3423550c8bf00386bd496a3e2c76c10669d2a75ab8f79b5094c5412a25705",
      },
      {
        payload: "457567656e2042f6686d20766f6e2042617765726b",
        ciphertext: "aa0bb39097555c918e40be82abc2b909eb79d9eb87adb07e268fc37323a6cf904fd01fb391",
      },
    ],
  },
} as const satisfies Readonly<Record<string, Vector>>;
