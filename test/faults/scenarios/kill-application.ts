/** SIGKILL of the application in the middle of its work: what had returned is delivered, and at most the call in progress beside it. */
import { delay } from "../../harness/program.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

export function killApplication(shape: Shape, watch?: Watch): Promise<Outcome> {
  return Scene.play(shape, watch, async (scene) => {
    const shipper = scene.startShipper();
    const application = await scene.startApplication();
    await delay(shape.faultMs);
    await application.program.kill();
    const killedAtMs = Date.now();
    await scene.untilDelivered();
    const drainSeconds = (Date.now() - killedAtMs) / 1000;
    const { figures, faults } = judge(await scene.end(shipper), {}, { drainSeconds });
    if (figures.returned === 0 || figures.returned >= shape.records) {
      faults.push("the application was not in the middle of its work");
    }
    return { figures, faults };
  });
}
