/**
 * Writing to one stream among several is denied for a while. The others go on, although more batches wait for the denied
 * one than may be in flight; its records wait in the buffer and are delivered when the denial is over.
 */
import { delay } from "../../harness/program.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const SERVICES = ["denied", "web", "shop"];
const IN_FLIGHT_MAX = 4;
const POLL_MS = 100;

export function denied(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.play(shape, watch, async (scene) => {
    const { cloud } = scene;
    await cloud.arm({ kind: "deny", operation: "PutLogEvents", stream: SERVICES[0]! });
    const shipper = scene.startShipper("--in-flight-max", String(IN_FLIGHT_MAX));
    const application = await scene.startApplication({ services: SERVICES });
    const [deniedWriter, ...otherWriters] = application.writers;
    const deadlineAtMs = Date.now() + shape.deadlineMs;
    await application.program.ended;
    const expected = application.expected();
    const tallyOf = async () => (await cloud.tally(expected)).writers;
    let writers = await tallyOf();
    while (otherWriters.some((writer) => writers[writer]!.lost > 0) && Date.now() < deadlineAtMs) {
      await delay(POLL_MS);
      writers = await tallyOf();
    }
    const heldUp = otherWriters.reduce((sum, writer) => sum + writers[writer]!.lost, 0);
    const passedDenial = writers[deniedWriter!]!.distinct;
    const { refused } = await cloud.stats();

    await cloud.clear();
    const overAtMs = Date.now();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - overAtMs) / 1000;
    const ending = await scene.end(shipper);
    const callsInFault = refused.AccessDeniedException ?? 0;
    const { figures, faults } = judge(ending, {}, { callsInFault, drainSeconds });
    if (heldUp > 0) {
      faults.push(`${heldUp} records of other streams were held up`);
    }
    if (passedDenial > 0 || callsInFault === 0) {
      faults.push("nothing was denied");
    }
    return { figures, faults };
  });
}
