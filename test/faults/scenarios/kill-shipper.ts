/**
 * SIGKILL of the shipper again and again while the application logs. Nothing is lost, and doubled is at most what was
 * stored and not acknowledged at a kill: the stand-in, and the cursors or the store, tell both, to the record. Where that is looked up
 * first, nothing is doubled, although the next shipper starts while calls of the dead one are still being carried out.
 */
import { delay } from "../../harness/program.js";
import { inDoubt, knownToJournals, knownToShippers } from "../harness/in-doubt.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";
import type { Shipper } from "../harness/shipper.js";

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
      let doubtful = 0;
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
        doubtful += exactlyOnce === "off" ? await storedUnacknowledged(scene, shipper) : 0;
        stored = (await scene.cloud.stats()).eventsStored;
        shipper = scene.startShipper(...flags);
      }
      await ended;
      const endedAtMs = Date.now();
      await scene.untilDelivered();
      const drainSeconds = (Date.now() - endedAtMs) / 1000;
      const ending = await scene.end(shipper);
      const { figures, faults } = judge(ending, { doubledMax: doubtful }, { drainSeconds });
      if (exactlyOnce === "off" && doubtful === 0) {
        faults.push(`none of ${kills} kills met anything in flight`);
      }
      return { figures, faults };
    });
}

/** What the dead shipper leaves stored and not acknowledged, where the next one looks. */
async function storedUnacknowledged(
  { cloud, dir, store, shape, writers }: Scene,
  shipper: Shipper,
): Promise<number> {
  await cloud.until("the calls end", ({ putsInFlight }) => putsInFlight === 0, shape.deadlineMs);
  await cloud.untilServed();
  const known =
    store === undefined ? knownToJournals(dir, writers) : await knownToShippers(store.url, [shipper.dir]);
  return inDoubt(cloud, known);
}
