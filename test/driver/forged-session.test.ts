/**
 * A stranger on the cable, without a key: he ends a host's session while another handshake is under
 * way, takes the device's place in a session of anyone, and answers what was asked before.
 */
import { expect, test } from "bun:test";
import { encodeMessage } from "../../protocol/call/envelope.ts";
import { refusalRecord } from "../../protocol/session/binding.ts";
import { LINK_KEY } from "../session/channel-ends.ts";
import { until } from "./lines.ts";
import { createScene, responderOf, say } from "./steward-scene.ts";

const FORGED = encodeMessage({ kind: "result", id: 1, result: "forged" });

test("what a stranger says settles no call that was asked of the device itself", async () => {
  const scene = createScene();
  const [honest, stranger] = [responderOf(LINK_KEY), responderOf(undefined)];
  scene.become((record, isHandshake) => say(scene, honest.take(record, isHandshake, 0)));
  scene.ask(1, ["vault"]);
  await until("call 1 is asked", () => scene.isAsked(1));
  let hasAnswered = false;
  scene.become((record, isHandshake) => {
    const isOwn = isHandshake && record[0] === 2;
    if (isOwn) {
      scene.hear(new Uint8Array(40), false); // ends the session that is
      scene.hear(refusalRecord((record[1] ?? 0) * 256 + (record[2] ?? 0)), true);
      return;
    }
    say(scene, stranger.take(record, isHandshake, 0));
    const forged = isHandshake ? undefined : stranger.seal(FORGED, 0);
    if (forged === undefined) return;
    hasAnswered = true;
    scene.hear(forged, false);
  });
  scene.ask(2, ["operator"]);
  await until("the stranger has a session", () => hasAnswered);
  await Bun.sleep(1);
  expect(scene.settled).toEqual([]);
  expect(scene.isAsked(1)).toBe(false);
  scene.end();
});
