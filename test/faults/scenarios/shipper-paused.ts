/**
 * A shipper is stopped for longer than its leases last, in the middle of sending, and then goes on where it was. The other one
 * has taken over its partitions by then. The late one deletes nothing that the other has not sent and takes nothing from it:
 * at worst it sends once more what it had in hand.
 */
import { delay, until } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import { inDoubt, knownToShippers, writersHeldBy } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const SERVICES = Array.from({ length: 8 }, (_, n) => `service-${n}`);

export async function shipperPaused(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.playOn(await RedisServer.start(), shape, watch, async (scene, { url }) => {
    const { cloud } = scene;
    const shippers = ["one", "two"].map((name) => scene.startShipperOf(name));
    await scene.startEndlessApplication({ services: SERVICES });
    const heldBy = (n: number): Promise<string[]> => writersHeldBy(url, shippers[n]!.pid, scene.writers);
    await until(
      async () => (await heldBy(0)).length > 0 && (await heldBy(1)).length > 0,
      () => "the shippers do not share the store",
      shape.deadlineMs,
    );
    const { eventsStored } = await scene.untilShipping();
    await cloud.until(
      "something is in flight",
      (stats) => stats.putsInFlight > 0 && stats.eventsStored > eventsStored,
      shape.deadlineMs,
    );
    const [one, two] = [await heldBy(0), await heldBy(1)];
    const [late, other] = one.length >= two.length ? [0, 1] : [1, 0];
    const held = late === 0 ? one : two;
    shippers[late]!.program.pause();
    await cloud.untilServed();
    const doubtful = await inDoubt(cloud, await knownToShippers(url), held);
    await until(
      async () => (await heldBy(other)).length === scene.writers.length,
      () => "nobody takes over from the one that was stopped",
      shape.deadlineMs,
    );
    await delay(shape.faultMs);
    shippers[late]!.program.resume();

    const overAtMs = Date.now();
    await scene.finish();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - overAtMs) / 1000;
    const ending = await scene.end(...shippers);
    // Sent by the other one, and by the late one for want of an answer in time; and what it had read and not sent yet.
    const doubledMax = 2 * doubtful + shape.perSecond;
    return judge(ending, { doubledMax }, { drainSeconds });
  });
}
