/**
 * The store is killed and comes back as it was some time before, with records that were delivered since, and the shipper is
 * killed with it. What the shipper's disk, or the journals by their forwarder, know to be delivered does not come twice.
 */
import { until } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import { blocksIn, inDoubt, knownToShippers } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const SERVICES = ["web", "shop", "mail", "auth"];

export async function storeRestored(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.playOn(await RedisServer.start(), shape, watch, async (scene, server) => {
    const { cloud } = scene;
    const killed = scene.startShipper();
    await scene.startEndlessApplication({ services: SERVICES });
    await scene.untilShipping();
    await scene.untilReturned(shape.records / 3);
    await until(
      async () => (await blocksIn(server, scene.writers)) > 0,
      () => "nothing waits in the store",
      shape.deadlineMs,
    );
    // The only one that it ever makes, so that it starts with this one.
    await server.command("SAVE");
    const saved = (await cloud.stats()).eventsStored;
    await scene.untilReturned(shape.records / 2);
    await cloud.until("more is delivered", ({ eventsStored }) => eventsStored > saved, shape.deadlineMs);
    await Promise.all([server.kill(), killed.kill()]);
    await cloud.until("the calls end", ({ putsInFlight }) => putsInFlight === 0, shape.deadlineMs);
    await cloud.untilServed();
    await server.start();
    const restored = await blocksIn(server, scene.writers);
    const doubtful = await inDoubt(cloud, await knownToShippers(server.url, [killed.dir]));
    const shipper = scene.startShipper();

    const overAtMs = Date.now();
    await scene.finish();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - overAtMs) / 1000;
    const ending = await scene.end(shipper);
    const { figures, faults } = judge(ending, { doubledMax: doubtful }, { drainSeconds });
    if (restored === 0) {
      faults.push("the store came back empty");
    }
    return { figures, faults };
  });
}
