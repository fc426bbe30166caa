/**
 * A shipper is stopped for longer than its leases last, in the middle of sending, and then goes on where it was. The other one
 * has taken over its partitions by then. The late one deletes nothing that the other has not sent, and sends nothing more of
 * what it had read: doubled is at most what it had in flight when it was stopped, or was about to send at that moment.
 */
import { delay, until } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import { inDoubt, knownToShippers, writersHeldBy } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";
import type { Shipper } from "../harness/shipper.js";

/** Requests that were being made when it was stopped: nothing can hold these back. */
const IN_FLIGHT_MAX = 4;
const SERVICES = Array.from({ length: 8 }, (_, n) => `service-${n}`);

export async function shipperPaused(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.playOn(await RedisServer.start(), shape, watch, async (scene, { url }) => {
    const shippers = ["one", "two"].map((name) =>
      scene.startShipperOf(name, "--in-flight-max", String(IN_FLIGHT_MAX)),
    );
    await scene.startEndlessApplication({ services: SERVICES });
    const heldBy = (n: number): Promise<string[]> => writersHeldBy(url, shippers[n]!.pid, scene.writers);
    await until(
      async () => (await heldBy(0)).length > 0 && (await heldBy(1)).length > 0,
      () => "the shippers do not share the store",
      shape.deadlineMs,
    );
    await scene.untilShipping();
    const [one, two] = [await heldBy(0), await heldBy(1)];
    const [late, other] = one.length >= two.length ? [0, 1] : [1, 0];
    const held = late === 0 ? one : two;
    const doubtful = await pauseInFlight(scene, shippers[late]!, held, url);
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
    const { eventsPerPut } = await scene.cloud.stats();
    const beingMade = IN_FLIGHT_MAX * Math.max(...Object.keys(eventsPerPut).map(Number));
    return judge(ending, { doubledMax: doubtful + beingMade }, { drainSeconds });
  });
}

/** Stops it at a moment when some of what it sends is stored and not acknowledged; how much of that there is. */
async function pauseInFlight(
  { cloud, shape }: Scene,
  { program }: Shipper,
  writers: readonly string[],
  url: string,
): Promise<number> {
  for (const deadlineAtMs = Date.now() + shape.deadlineMs; Date.now() < deadlineAtMs; ) {
    await cloud.until("something is in flight", ({ putsInFlight }) => putsInFlight > 0, shape.deadlineMs);
    program.pause();
    await cloud.untilServed();
    const doubtful = await inDoubt(cloud, await knownToShippers(url), writers);
    if (doubtful > 0) {
      return doubtful;
    }
    // It was the other one's.
    program.resume();
  }
  throw new Error("the shipper is never seen to send");
}
