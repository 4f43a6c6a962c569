/** Sessions of protocol version 1: bytes made by Python's `noiseprotocol`, never to be edited. */

const fill = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** X25519 secrets of the two ends, and a pairing key. */
export const SECRETS = {
  hostStatic: fill(0x21),
  hostEphemeral: fill(0x31),
  deviceStatic: fill(0x42),
  deviceEphemeral: fill(0x52),
  psk: fill(0x77),
} as const;

/** The channel of these sessions, on the link of `HELLOS`. */
export const CHANNEL = 3;

/** The prologue of a handshake with counter 0102. */
export const PROLOGUE =
  "6d6179666c792073657373696f6e2031003ba80064686f7374010102010350101112131415161718191a1b1c1d1e1f04190200050806817332353531395f41455347434d5f53484132353607800060aa0066646576696365010102010350202122232425262728292a2b2c2d2e2f0419100005182006817332353531395f41455347434d5f534841323536078167666561747572650850b0b1b2b3b4b5b6b7b8b9babbbcbdbebf09667365616c656489c7030102";

/** Claims, and their CBOR. */
export const CLAIMS = [
  { claim: { role: "operator" }, hex: "a100686f70657261746f72" },
  {
    claim: { role: "vault", credential: Uint8Array.from({ length: 32 }, (_, i) => i) },
    hex: "a200657661756c74015820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  },
] as const;

/** Refusals: of handshake 0102, and of a transport record. */
export const REFUSALS = [
  { counter: 0x0102, hex: "ff0102" },
  { counter: 0, hex: "ff0000" },
] as const;

/** The plaintexts of the first message each way. */
export const FIRST = { request: "a200030107", answer: "a300010107020b" } as const;

/** A session of each pattern: every record of it in order. */
export const SESSIONS = [
  {
    pattern: "NN",
    counter: 1,
    message1: "00000104f5f29162c31a8defa18e6e742224ee806fc1718a278be859ba5620402b8f3a",
    message2:
      "000001f68b05ba03f7185e1ba88878682f8dd0b15158f6050889c9481d79c2d7d2fa070a0d5e898c8dd4e2ebc1765af2813288",
    hash: "55c66a75d828a6a6b8990990596611702605e003359db8a4200c80257977ae83",
    confirmation: "935233d0a51dfa86703a919cba5deb32",
    confirmed: "4fab55eb94f70b817f084a4571c57fb0",
    request: "8ceda36e7601eb827a31856ba6f0c4a8de983cb02c",
    answer: "d4f503562136073f5f72470365bcc7dba11e96dfd0d49b",
  },
  {
    pattern: "NNpsk0",
    counter: 2,
    message1:
      "01000204f5f29162c31a8defa18e6e742224ee806fc1718a278be859ba5620402b8f3af1bd585dd8ba8d2ac6b2508fa010b6a1",
    message2:
      "010002f68b05ba03f7185e1ba88878682f8dd0b15158f6050889c9481d79c2d7d2fa0768b9a3154f1ff381f07bd8c40b733dcf",
    hash: "a448da2c9621d043dffa4999f00ce8a1ee4012d958d4653f1f3e982927751ebe",
    confirmation: "034cf7b552051b49babcf5d3a9f59c0a",
    confirmed: "effaaaac24c9565136335dbd33e66842",
    request: "3e207f9e4e5b23dadbcf96a4c0dd6ebb10aa2d0cb0",
    answer: "ef26d4552d962479269dc45ee7520f288de0997035e559",
  },
  {
    pattern: "IK",
    counter: 0x102,
    message1:
      "02010204f5f29162c31a8defa18e6e742224ee806fc1718a278be859ba5620402b8f3ab3e576f5fbff623c6a6e517cf10f2aac85259ef54836027fcab25a9982d598471cb508f204497c4ba4e326a977923bd9de44851592f990622c1fb0e9510bef041d1fa41977f8bbb9c26a3dda64f9e1b68bacaef2b2b0235193991048b227ab113c875af760d9fd3322ae25",
    message2:
      "020102f68b05ba03f7185e1ba88878682f8dd0b15158f6050889c9481d79c2d7d2fa07fa0716db2a1c0b422a2cabbc7b2f9810",
    hash: "880182f2b65fc6b160a2880cccf4fb2e9f609a043c70d3308fbac12342a72387",
    confirmation: "2a101afe3b5851ccab2b4ca4fa64aa2d",
    confirmed: "4f26ea21e664188a00b641ae814d535e",
    request: "6a018269878a1f9a005dc905e7f69e0583b15281ab",
    answer: "092091aa14a943b6488d839fbfa7c4eba661e0ae13b693",
  },
] as const;
