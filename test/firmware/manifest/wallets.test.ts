/** Wallets of a manifest: a device has them when it is ready, and none that lies about its key. */
import { describe, expect, test } from "bun:test";
import { createDeriver, parseWalletPolicy, walletId } from "../../../firmware/bitcoin/index.ts";
import { createCrypto } from "../../../hardware/secrets/crypto.ts";
import { type Client, noiseSuite, openClient } from "../../../host/driver/index.ts";
import { manifestProblems } from "../../../host/manifest/index.ts";
import { openWallet } from "../../../host/vault/index.ts";
import { ok } from "../../../protocol/errors.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import { cosignerOf } from "../../bitcoin/wallet-fixture.ts";
import { nobodys } from "../../bitcoin/wallet-kinds.ts";
import { after, signedBy } from "../../manifest/lineages.ts";
import { bytesOf } from "../../manifest/people.ts";
import type { Bench } from "../bench-device.ts";
import { at, errorOf, unwrap } from "../outcomes.ts";
import { SEALED_SECRETS } from "../watched-secrets.ts";
import { approvals, type Box, hold, offer } from "./ceremony.ts";
import { trickedShares } from "./tricked.ts";

const ACCOUNT = [48, 1, 0, 2].map((one) => one + 2 ** 31);
const ceremony = await hold();
const { first, lineage, boxes } = ceremony;

/** The manifest's vault, as a client. */
const vaultOf = async (bench: Bench): Promise<Client> => {
  await bench.pass(2000);
  const deviceOf = () => {
    const deviceKey = bench.linkKey();
    return ok(
      deviceKey === undefined ? undefined : { deviceKey, grants: [{ role: "vault" as const }] },
    );
  };
  const hostKey = noiseSuite.keyPair(bytesOf("vault"));
  const open = () => Promise.resolve(ok(bench.attach()));
  return unwrap(await openClient({ open, identity: { hostKey, deviceOf }, reconnectMs: 0 }));
};

const tricked: SharesOf = (box, client, versions) => trickedShares(box, client, versions);

type SharesOf = (
  box: Box,
  client: Client,
  versions: typeof lineage,
) => ReturnType<typeof approvals>;

/** Submits three people's shares under a lineage; how that ended. */
const submit = async (
  box: Box,
  versions: typeof lineage,
  sharesOf: SharesOf = (of, client, all) => approvals(of, client, all),
): Promise<string> => {
  const client = box.bench.phase() === "provisioning" ? box.client : await box.bench.connect();
  await offer(client, versions);
  const shares = await sharesOf(box, client, versions);
  const done = errorOf(await client.submitShares({ shares }));
  await client.close();
  return done;
};

/** A key with its origin, as the device itself says it. */
const keyOf = async (box: Box): Promise<string> => {
  expect(await submit(box, lineage)).toBe("not refused");
  const vault = await vaultOf(box.bench);
  const { xpub, fingerprint } = unwrap(await vault.getXpub({ path: ACCOUNT }));
  await vault.close();
  box.bench.reboot("power");
  return `[${fingerprint.toHex()}/48'/1'/0'/2']${xpub}`;
};

const keys: string[] = [];
for (const box of boxes) keys.push(await keyOf(box));
const wallet = {
  name: "Hot wallet",
  template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
  keys,
};

const versionWith = (wallets: Manifest["wallets"]): typeof lineage => {
  const second = after(first, { wallets });
  expect(manifestProblems(second)).toEqual([]);
  return [...lineage, signedBy(second)];
};

/** One that the people's tools refuse to sign, signed by people who have other tools. */
const deceived = (wallets: Manifest["wallets"]): typeof lineage => {
  const second = after(first, { wallets });
  expect(manifestProblems(second)).not.toEqual([]);
  return [...lineage, signedBy(second)];
};

describe("a manifest's wallet", () => {
  test("is the device's when it is ready, and derives what the host derives", async () => {
    const box = at(boxes, 0);
    expect(await submit(box, versionWith([wallet]))).toBe("not refused");
    const vault = await vaultOf(box.bench);
    const id = walletId(
      unwrap(parseWalletPolicy(wallet, "regtest", createCrypto())),
      createCrypto(),
    );
    const asked = { walletId: id, isChange: false, index: 3, isShown: false };
    const { address } = unwrap(await vault.getAddress(asked));
    const known = unwrap(openWallet(wallet, "regtest")).address({ branch: 0, index: 3 });
    expect(address).toBe(known.address);
    await vault.close();
    box.bench.reboot("power");
  });

  test("with another's key under this device's name: nothing is ready, all is wiped", async () => {
    const box = at(boxes, 1);
    const [own = "", other = ""] = [keys[1], keys[2]];
    const lying = `${own.slice(0, own.indexOf("]") + 1)}${other.slice(other.indexOf("]") + 1)}`;
    const { keys: all } = wallet;
    const lied = { ...wallet, keys: all.with(1, lying).slice(0, 2) };
    const policy = { ...lied, template: "wsh(sortedmulti(2,@0/**,@1/**))" };
    expect(await submit(box, deceived([policy]), tricked)).toBe("wallet_malformed");
    expect([box.bench.phase(), box.bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
  });

  test("with strangers' keys under other devices' fingerprints: not ready", async () => {
    const box = at(boxes, 0);
    const forged = keys.map((key, i) => {
      const stranger = cosignerOf(40 + i).keyText;
      return i === 0
        ? key
        : `${key.slice(0, key.indexOf("]") + 1)}${stranger.slice(stranger.indexOf("]") + 1)}`;
    });
    expect(await submit(box, deceived([{ ...wallet, keys: forged }]), tricked)).toBe(
      "wallet_malformed",
    );
    expect([box.bench.phase(), box.bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
  });

  test("twice under different spellings of one id: not ready", async () => {
    const box = at(boxes, 1);
    const spelled = { ...wallet, template: wallet.template.replace("@1/**", "@1/<0;1>/*") };
    expect(await submit(box, deceived([wallet, spelled]), tricked)).toBe("wallet_malformed");
    expect([box.bench.phase(), box.bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
  });

  test("may close taproot's key path with the key that nobody holds, and allow things", async () => {
    const box = at(boxes, 0);
    const taproot: Manifest["wallets"][number] = {
      name: "Taproot",
      template: "tr(@0/**,sortedmulti_a(2,@1/**,@2/**,@3/**))",
      keys: [nobodys().toBase58(), ...keys],
      allows: ["sighash-none", "fee-high"],
    };
    const second = after(first, { wallets: [taproot] });
    expect(await submit(box, [...lineage, signedBy(second)], tricked)).toBe("not refused");
    const vault = await vaultOf(box.bench);
    const policy = unwrap(parseWalletPolicy(taproot, "regtest", createCrypto()));
    const id = walletId(policy, createCrypto());
    const asked = { walletId: id, isChange: true, index: 8, isShown: false };
    const deriver = createDeriver(policy, "regtest", createCrypto());
    const { scriptPubKey } = unwrap(deriver.derive(1, 8));
    expect(unwrap(await vault.getAddress(asked)).scriptPubKey).toEqual(scriptPubKey);
    await vault.close();
    box.bench.reboot("power");
  });

  test("of other devices only is none of this one's", async () => {
    const box = at(boxes, 2);
    const others = {
      ...wallet,
      template: "wsh(sortedmulti(2,@0/**,@1/**))",
      keys: keys.slice(0, 2),
    };
    expect(await submit(box, versionWith([others]))).toBe("not refused");
    const vault = await vaultOf(box.bench);
    const id = walletId(
      unwrap(parseWalletPolicy(others, "regtest", createCrypto())),
      createCrypto(),
    );
    const asked = { walletId: id, isChange: false, index: 0, isShown: false };
    expect(errorOf(await vault.getAddress(asked))).toBe("wallet_unknown");
    await vault.close();
  });
});
