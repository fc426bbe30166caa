/** Shippers that do not deliver, and the stand-in for their destination. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withDelivery } from "../../../src/serverless/lambda.js";
import type { DragonlogError } from "../../../src/system/errors.js";
import type { FakeCloudWatch } from "../../../src/testing/index.js";
import { AWS_ENV, type Scene, thrownBy } from "./stage.js";

const SHOP = ["--group", "shop", "--region", "eu-central-1"];
const NO_CLOUD = "http://127.0.0.1:1";

export const shipping = {
  DRAGONLOG_SINK_FAILED: async (stage) => {
    const cloud = await stage.cloud();
    cloud.faults.add({ kind: "deny", operation: "FilterLogEvents" });
    const file = join(stage.cli.dir, "logs");
    writeFileSync(file, "");
    return [
      await stage.command("audit", ...SHOP, "--endpoint", cloud.url),
      await stage.command("audit", "--to", `directory:${file}`),
    ];
  },

  DRAGONLOG_SHIPPER_FAILED: async (stage) => {
    // The shipper is in this process, and so is its environment.
    Object.assign(process.env, AWS_ENV);
    return [
      await stage.told(
        "DRAGONLOG_SHIPPER_FAILED",
        {
          ...{ to: "cloudwatch", region: "eu-central-1", group: "shop", endpoint: NO_CLOUD },
          ...{ interval: "50ms", backoffBase: "10ms", drainDeadline: "1s" },
        },
        (logger) => logger.info("x"),
      ),
    ];
  },

  DRAGONLOG_PORT_IN_USE: async (stage) => {
    const port = Number(new URL((await stage.cloud()).url).port);
    return [await stage.command("fake-cloud", "--port", `${port}`)];
  },

  DRAGONLOG_DEADLINE_PASSED: async (stage) => {
    const cloud: FakeCloudWatch = await stage.cloud();
    const logger = { error() {}, flush: async () => false };
    const late = new Promise<DragonlogError>((onTrouble) => {
      void withDelivery(() => {}, { logger, onTrouble })();
    });
    return [await thrownBy(() => cloud.until(({ eventsStored }) => eventsStored > 0, 1)), await late];
  },
} satisfies Readonly<Record<string, Scene>>;
