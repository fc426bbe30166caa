/**
 * A server of the store is killed for good, and its replica takes over. Forwarders and shippers find it by themselves; what
 * had not come to the replica is sent again.
 */
import { RedisCluster } from "../../harness/redis-cluster.js";
import { RedisSentinel } from "../../harness/redis-sentinel.js";
import { streamOf } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type SceneStore, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

/** So many that each primary of a cluster has a share of them. */
const SERVICES = Array.from({ length: 8 }, (_, n) => `service-${n}`);

/** 3 primaries and 3 replicas; the primary with the first writer's blocks is killed. */
export async function clusterFailOver(shape: Shape, watch?: Watch): Promise<Outcome> {
  return play(await RedisCluster.start(), shape, watch, async (cluster, writer) =>
    (await cluster.primaryOf(streamOf(writer))).kill(),
  );
}

/** A primary, a replica and a Sentinel. */
export async function sentinelFailOver(shape: Shape, watch?: Watch): Promise<Outcome> {
  return play(await RedisSentinel.start(), shape, watch, ({ primary }) => primary.kill());
}

function play<S extends SceneStore>(
  servers: S,
  shape: Shape,
  watch: Watch | undefined,
  kill: (servers: S, writer: string) => Promise<void>,
): Promise<Outcome> {
  return Scene.playOn(servers, shape, watch, async (scene) => {
    const shipper = scene.startShipper();
    await scene.startEndlessApplication({ services: SERVICES });
    await scene.untilShipping();
    await scene.untilReturned(shape.records / 2);
    await kill(servers, scene.writers[0]!);

    const killedAtMs = Date.now();
    await scene.finish();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - killedAtMs) / 1000;
    return judge(await scene.end(shipper), {}, { drainSeconds });
  });
}
