/** What the host says of an address that a device returned. */
import { expect, test } from "bun:test";
import { address as addresses, networks } from "bitcoinjs-lib";
import fc from "fast-check";
import { checkReturnedAddress } from "../../host/cli/returned-address.ts";
import { seeded } from "../bitcoin/expect-value.ts";
import { keysOfKind, KINDS } from "../bitcoin/wallet-kinds.ts";
import "../bitcoin/other-scripts.ts";

const PLACES = KINDS.map((kind) => kind.bitcoinjs(keysOfKind(kind, 90).at(0, 3)));

test("the address of a script of every kind is taken, on each network, and no other's", () => {
  for (const { scriptPubKey, address } of PLACES) {
    for (const network of [networks.bitcoin, networks.testnet, networks.regtest]) {
      const own = addresses.fromOutputScript(scriptPubKey, network);
      expect(checkReturnedAddress(own, scriptPubKey)).toEqual({ ok: true, value: own });
    }
    for (const other of PLACES) {
      const isOwn = other.address === address;
      expect(checkReturnedAddress(other.address, scriptPubKey).ok).toBe(isOwn);
    }
  }
});

test("a script without an address has none", () => {
  const claim = (place: number, at: number, byte: number) => {
    const { scriptPubKey, address } = PLACES[place % PLACES.length] ?? {};
    if (scriptPubKey === undefined || address === undefined) throw new Error("a place");
    const changed = Uint8Array.from(scriptPubKey);
    changed[at % changed.length] = byte;
    const isSame = changed.every((one, i) => one === scriptPubKey[i]);
    expect(checkReturnedAddress(address, changed).ok).toBe(isSame);
    expect(checkReturnedAddress(address, scriptPubKey.slice(1)).ok).toBe(false);
  };
  fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat(255), claim), seeded("changed scripts", 300));
});
