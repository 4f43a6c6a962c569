/**
 * Shares of custodians who were tricked, or whose tools are: their true values, well sealed and
 * well signed, for whatever manifest the host likes.
 */
import type { Client } from "../../../host/driver/index.ts";
import { parseQuote } from "../../../host/custody/index.ts";
import { signEd25519 } from "../../../host/ed25519.ts";
import { sha256 } from "../../../host/manifest/hash.ts";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import {
  type SealedShare,
  SHARE_CONTEXT,
  type ShareContext,
  shareSignedBytes,
} from "../../../protocol/share.ts";
import { NAMES } from "../../manifest/people.ts";
import { openWith, sealAnything } from "../custodians.ts";
import { unwrap } from "../outcomes.ts";
import { type Box, custodianKeyOf, fileOf } from "./ceremony.ts";

/** Shares of Ada, Ben and Cleo for the manifest at the end of a lineage, with these lies. */
export const trickedShares = async (
  box: Box,
  client: Client,
  lineage: readonly SignedManifest[],
  lies: Partial<ShareContext> = {},
  bend: (value: Uint8Array) => Uint8Array = (value) => value,
): Promise<readonly SealedShare[]> => {
  const quote = unwrap(parseQuote(unwrap(await client.getQuote({ keyId: box.id })).quote));
  const [draft, newest] = [lineage[0], lineage.at(-1)];
  if (draft === undefined || newest === undefined) throw new Error("a lineage");
  return Promise.all(
    NAMES.slice(0, 3).map(async (name) => {
      const [file, key] = [fileOf(box, name), custodianKeyOf(name)];
      const value = bend(await openWith(file.sealed, key.privateKey));
      const context = encodeAs(SHARE_CONTEXT, {
        ...file.context,
        purpose: "boot",
        recipient: quote.bootKey,
        bootId: quote.bootId,
        notAfterMs: quote.notAfterMs,
        genesis: sha256(draft.manifest),
        manifest: sha256(newest.manifest),
        seenVersion: 0,
        signer: key.signing.publicKey,
        ...lies,
      });
      const sealed = await sealAnything(value, context, quote.bootKey);
      const signature = signEd25519(shareSignedBytes(sealed), key.signing.privateKey);
      return { ...sealed, signature };
    }),
  );
};
