/**
 * The store loses all that it had, or takes nothing, in the middle of the work. Applications log on, nothing is lost, and as
 * their shipper lives and knows what it has sent, nothing is doubled either.
 */
import { delay, until } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import { blocksIn } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

/** Begins, lasts as long as the fault is to, and is over. */
type Trouble = (server: RedisServer, faultMs: number) => Promise<void>;

const SERVICES = ["web", "shop", "mail", "auth"];

/** SIGKILL; it comes back empty. */
export const killed: Trouble = async (server, faultMs) => {
  await server.kill();
  await delay(faultMs);
  await server.start();
};

export const flushed: Trouble = async (server) => {
  await server.command("FLUSHALL");
};

/** Every write is refused for want of memory. */
export const full: Trouble = async (server, faultMs) => {
  await server.limitMemory(1);
  await delay(faultMs);
  await server.limitMemory(0);
};

export function storeTrouble(trouble: Trouble) {
  return async (shape: Shape, watch?: Watch): Promise<Outcome> =>
    Scene.playOn(await RedisServer.start(), shape, watch, async (scene, server) => {
      const shipper = scene.startShipper();
      await scene.startEndlessApplication({ services: SERVICES });
      await scene.untilShipping();
      await scene.untilReturned(shape.records / 2);
      await until(
        async () => (await blocksIn(server, scene.writers)) > 0,
        () => "nothing waits in the store",
        shape.deadlineMs,
      );
      await trouble(server, shape.faultMs);

      const overAtMs = Date.now();
      await scene.finish();
      await scene.untilDelivered();
      const drainSeconds = (Date.now() - overAtMs) / 1000;
      return judge(await scene.end(shipper), {}, { drainSeconds });
    });
}
