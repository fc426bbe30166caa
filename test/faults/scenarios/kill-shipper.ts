/**
 * SIGKILL of the shipper again and again while the application logs. Nothing is lost, and doubled is at most what was
 * stored and not acknowledged at a kill: the stand-in and the cursors tell both, to the record. Where that is looked up
 * first, nothing is doubled, although the next shipper starts while calls of the dead one are still being carried out.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCursor } from "../../../src/journal/cursor.js";
import { delay } from "../../harness/program.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { type Application, Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const KILLS_MIN = 3;

export function killShipper(exactlyOnce: "off" | "verify") {
  return (shape: Shape, watch?: Watch): Promise<Outcome> =>
    Scene.play(shape, watch, async (scene) => {
      const flags = exactlyOnce === "verify" ? ["--exactly-once", "verify", "--verify-settle", "1s"] : [];
      let shipper = scene.startShipper(...flags);
      const application = await scene.startApplication();
      let running = true;
      const ended = application.program.ended.then(() => {
        running = false;
      });
      let kills = 0;
      let stored = 0;
      let inDoubt = 0;
      while (running || kills < KILLS_MIN) {
        await delay(shape.faultMs);
        // A kill that meets a shipper without a call under way would show little.
        await scene.cloud.until(
          "the shipper sends",
          ({ putsInFlight, eventsStored }) =>
            (putsInFlight > 0 && eventsStored > stored) || eventsStored >= shape.records,
          shape.deadlineMs,
        );
        await shipper.kill();
        kills++;
        inDoubt += exactlyOnce === "off" ? await storedUnacknowledged(scene, application) : 0;
        stored = (await scene.cloud.stats()).eventsStored;
        shipper = scene.startShipper(...flags);
      }
      await ended;
      const endedAtMs = Date.now();
      await scene.untilDelivered(application);
      const drainSeconds = (Date.now() - endedAtMs) / 1000;
      const ending = await scene.end(shipper, application);
      const { figures, faults } = judge(ending, { doubledMax: inDoubt }, { drainSeconds });
      if (exactlyOnce === "off" && inDoubt === 0) {
        faults.push(`none of ${kills} kills met anything in flight`);
      }
      return { figures, faults };
    });
}

/** What the dead shipper leaves stored and not acknowledged. */
async function storedUnacknowledged(scene: Scene, application: Application): Promise<number> {
  const { cloud, dir, shape } = scene;
  await cloud.until("the calls end", ({ putsInFlight }) => putsInFlight === 0, shape.deadlineMs);
  await cloud.untilServed();
  const { writers } = await cloud.tally({});
  return application.writers.reduce((sum, writer) => {
    const journal = join(dir, writer);
    if (!existsSync(journal)) {
      // Removed when all of it was acknowledged.
      return sum;
    }
    const { next, beyond } = readCursor(journal);
    const acknowledged = next + beyond.reduce((total, [from, to]) => total + to - from + 1, 0);
    return sum + Math.max(0, (writers[writer]?.distinct ?? 0) - acknowledged);
  }, 0);
}
