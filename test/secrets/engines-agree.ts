/** Both engines on the same random seeds, paths, digests and labels: the same bytes. */
import { expect } from "bun:test";
import fc from "fast-check";
import { createPortableSecrets, openNativeSecrets } from "../../hardware/secrets/index.ts";
import { must } from "./oracles/loading.ts";
import { taprootOf } from "./oracles/taproot.ts";
import { bytes, seeded, seededRng } from "./oracles/seeded.ts";

const step = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** Asserts it `runs` times. */
export const agreeOnSignatures = (runs: number): void => {
  const engines = [must(openNativeSecrets()), createPortableSecrets(seededRng("engines agree"))];
  const inputs = fc.record({
    seed: bytes(32),
    path: fc.array(step, { maxLength: 2 }),
    digest: bytes(32),
    auxiliary: bytes(32),
    label: fc.string({ maxLength: 20 }),
  });
  fc.assert(
    fc.property(inputs, ({ seed, path, digest, auxiliary, label }) => {
      const [native, portable] = engines.map((secrets) => {
        const imported = secrets.importSeed(seed);
        const node = must(secrets.derive(secrets.master(imported), path));
        const publicKey = secrets.publicKey(node);
        const xOnly = publicKey.slice(1);
        const { tweak, outputKey } = taprootOf(xOnly);
        const made = [
          publicKey,
          secrets.signEcdsa(node, digest, publicKey),
          secrets.signSchnorr(node, digest, { auxiliary, publicKey: xOnly }),
          secrets.signSchnorr(node, digest, { auxiliary, publicKey: outputKey, tweak }),
          secrets.mac(secrets.deriveSymmetric(imported, label), digest),
          secrets.deriveAgreement(imported, label).publicKey,
        ].map((one) => one.toHex());
        secrets.wipeAll();
        return made;
      });
      expect(native).toEqual(portable ?? []);
    }),
    seeded(runs),
  );
};
