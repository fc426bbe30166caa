/**
 * Several applications, and several shippers that share the store, of which one is killed again and again. Its partitions wait
 * for the end of its leases and go to the others. Nothing is lost, each writer's series stays whole, and doubled is at most
 * what the killed ones left stored and not written down.
 */
import { delay } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import { inDoubt, knownToShippers, writersHeldBy } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";
import type { Shipper } from "../harness/shipper.js";

const APPLICATIONS = 4;
const SHIPPERS = 3;
const KILLS_MIN = 3;

export async function sharedKills(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.playOn(await RedisServer.start(), shape, watch, async (scene, { url }) => {
    const { cloud } = scene;
    const start = (n: number): Shipper => scene.startShipperOf(`shipper-${n}`);
    const shippers = Array.from({ length: SHIPPERS }, (_, n) => start(n));
    for (let n = 0; n < APPLICATIONS; n++) {
      await scene.startEndlessApplication({
        services: [`service-${n}`],
        perSecond: shape.perSecond / APPLICATIONS,
      });
    }
    await scene.untilShipping();
    let doubtful = 0;
    const deadlineAtMs = Date.now() + shape.deadlineMs;
    for (let kills = 0; scene.returned < shape.records || kills < KILLS_MIN || doubtful === 0; kills++) {
      if (Date.now() > deadlineAtMs) {
        throw new Error(`none of ${kills} kills met anything in flight`);
      }
      await delay(shape.faultMs);
      const victim = await holderOf(scene, shippers, url, kills);
      await shippers[victim]!.kill();
      // Its leases last longer than this takes: nobody else sends what is looked at.
      const left = await writersHeldBy(url, shippers[victim]!.pid, scene.writers);
      await cloud.untilServed();
      doubtful += await inDoubt(cloud, await knownToShippers(url), left);
      shippers[victim] = start(victim);
    }
    await scene.finish();
    const endedAtMs = Date.now();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - endedAtMs) / 1000;
    const ending = await scene.end(...shippers);
    return judge(ending, { doubledMax: doubtful }, { drainSeconds });
  });
}

/** Each in turn, but one that has something to do if there is one. */
async function holderOf(
  { writers }: Scene,
  shippers: readonly Shipper[],
  url: string,
  kills: number,
): Promise<number> {
  for (let n = 0; n < SHIPPERS; n++) {
    const index = (kills + n) % SHIPPERS;
    if ((await writersHeldBy(url, shippers[index]!.pid, writers)).length > 0) {
      return index;
    }
  }
  return kills % SHIPPERS;
}
