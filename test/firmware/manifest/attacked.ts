/** What attacks start from: a box after a power cut, the host's own genesis over the devices. */
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import { DRAFT, signedBy } from "../../manifest/lineages.ts";
import { personOf } from "../../manifest/people.ts";
import { type Box, type Ceremony, firstOf } from "./ceremony.ts";

/** A box of the ceremony, by its key. */
export const boxOf = ({ boxes }: Ceremony, id = "A"): Box => {
  const box = boxes.find((one) => one.id === id);
  if (box === undefined) throw new Error(`no box ${id}`);
  return box;
};

/** Boxes after a power cut, newly connected; the clients before would come back by themselves. */
export const rebooting = ({ boxes }: Ceremony) => {
  const connected = new Map(boxes.map(({ id, client }) => [id, client]));
  return async (box: Box): Promise<Box> => {
    await connected.get(box.id)?.close();
    box.bench.reboot("power");
    const client = await box.bench.connect();
    connected.set(box.id, client);
    return { ...box, client };
  };
};

/** The host's own genesis: its own quorum over the true devices, keys, people and wallets. */
export const coupOf = ({ first }: Ceremony): readonly SignedManifest[] => {
  const people = [...first.people, ...["Mallory", "Trudy"].map(personOf)];
  const quorum = { threshold: 2, members: ["Mallory", "Trudy"] };
  const draft: Manifest = { ...DRAFT, firmware: first.firmware, people, quorum };
  const made = new Map(first.keys.flatMap(({ id, made: own }) => (own ? [[id, own]] : [])));
  const names = ["Mallory", "Trudy"];
  return [signedBy(draft, names), signedBy(firstOf(draft, made), names)];
};
