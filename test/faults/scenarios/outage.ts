/** The cloud refuses every batch for a while, or does not answer: all waits, nothing is doubled, and it is left alone. */
import type { Fault } from "../../../src/testing/index.js";
import { delay } from "../../harness/program.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const SERVICES = ["web", "shop", "mail", "auth"];
/** So that a socket that hangs is given up while the fault lasts. */
const REQUEST_TIMEOUT = "2s";
/**
 * Of the whole account, in the second half of the fault: by then there are only single tries, each after a longer pause
 * than the one before. Healthy, that many come in a second or two.
 */
const LATE_CALLS_MAX = 8;

export function outage(fault: Fault) {
  return (shape: Shape, watch?: Watch): Promise<Outcome> =>
    Scene.play(shape, watch, async (scene) => {
      const { cloud } = scene;
      const puts = async (): Promise<number> => (await cloud.stats()).calls.PutLogEvents ?? 0;
      const shipper = scene.startShipper("--request-timeout", REQUEST_TIMEOUT);
      const application = await scene.startApplication({ services: SERVICES });
      await scene.untilShipping();

      const before = await puts();
      await cloud.arm({ ...fault, operation: "PutLogEvents" });
      await delay(shape.faultMs / 2);
      const halfway = await puts();
      await delay(shape.faultMs / 2);
      const after = await puts();
      const { eventsStored } = await cloud.stats();
      const { returned } = application;
      await cloud.clear();

      const overAtMs = Date.now();
      await application.program.ended;
      await scene.untilDelivered();
      const drainSeconds = (Date.now() - overAtMs) / 1000;
      const ending = await scene.end(shipper);
      // On a busy machine a call may be given up although it was carried out.
      const { eventsUnanswered: doubledMax } = await cloud.stats();
      const { figures, faults } = judge(
        ending,
        { doubledMax },
        { callsInFault: after - before, drainSeconds },
      );
      if (after === before || eventsStored >= returned) {
        faults.push("the fault met nothing");
      }
      if (after - halfway > LATE_CALLS_MAX) {
        faults.push(`the cloud was called ${after - halfway} times in the second half of the fault`);
      }
      return { figures, faults };
    });
}
