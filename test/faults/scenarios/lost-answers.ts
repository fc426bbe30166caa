/**
 * One call in twenty is carried out and its answer lost, half of them with the connection and half by silence. Doubled is
 * at most what was stored without an answer, and nothing where that is looked up before it is sent again.
 */
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

/** Each has its own stream, so that there are many batches. */
const SERVICES = Array.from({ length: 8 }, (_, n) => `service-${n}`);
const SHARE_EACH = 0.025;

export function lostAnswers(exactlyOnce: "off" | "verify") {
  return (shape: Shape, watch?: Watch): Promise<Outcome> =>
    Scene.play(shape, watch, async (scene) => {
      const { cloud } = scene;
      const scope = { operation: "PutLogEvents", probability: SHARE_EACH };
      await cloud.arm(
        { kind: "store-then-cut", seed: 1, ...scope },
        { kind: "store-then-hang", seed: 2, ...scope },
      );
      const shipper = scene.startShipper(
        ...["--request-timeout", "2s"],
        ...(exactlyOnce === "verify" ? ["--exactly-once", "verify", "--verify-settle", "1s"] : []),
      );
      const application = await scene.startApplication({ services: SERVICES });
      await application.program.ended;
      const endedAtMs = Date.now();
      await scene.untilDelivered();
      const drainSeconds = (Date.now() - endedAtMs) / 1000;
      const ending = await scene.end(shipper);
      const { eventsUnanswered } = await cloud.stats();
      const doubledMax = exactlyOnce === "verify" ? 0 : eventsUnanswered;
      const { figures, faults } = judge(ending, { doubledMax }, { drainSeconds });
      if (eventsUnanswered === 0) {
        faults.push("no answer was lost");
      }
      return { figures, faults };
    });
}
