/**
 * One record that the cloud refuses, and every batch that holds it: exactly that one becomes a dead letter, after few
 * tries, and the rest arrives in order.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const POISON = "no cloud takes this";
/**
 * Three of the batch and three of the part that holds the record come before the first verdict, and the verdict splits at
 * once what is refused again. The bound of 15 that holds before the first verdict so holds for all of them.
 */
const REFUSED_MAX = 15;

export function poison(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.play(shape, watch, async (scene) => {
    const { cloud } = scene;
    await cloud.arm({ kind: "poison", message: POISON });
    const shipper = scene.startShipper();
    const at = Math.floor(shape.records / 2);
    const application = await scene.startApplication({ special: { at, data: POISON } });
    await application.program.ended;
    const endedAtMs = Date.now();
    await scene.untilDelivered(application, 1);
    const drainSeconds = (Date.now() - endedAtMs) / 1000;
    const ending = await scene.end(shipper, application);
    const { refused } = await cloud.stats();
    const { figures, faults } = judge(ending, { deadLetters: 1 }, { drainSeconds });
    const letters = deadLettersIn(scene.dir);
    if (letters.length !== 1 || !letters[0]!.includes(POISON)) {
      faults.push(`the dead letters are ${letters.join(", ").slice(0, 2000)}`);
    }
    const tries = refused.InvalidParameterException ?? 0;
    if (tries === 0 || tries > REFUSED_MAX) {
      faults.push(`${tries} calls were refused`);
    }
    return { figures, faults };
  });
}

/** The lines of all files of dead letters. */
function deadLettersIn(journals: string): string[] {
  const dir = join(journals, "dead");
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson"))
    .flatMap((name) => readFileSync(join(dir, name), "utf8").trimEnd().split("\n"));
}
