// A job for cron, or a Kubernetes CronJob: everything it logs has the id of its run, and is delivered when it ends.
// What the cloud does not take in time waits in the journal for the next run on this machine, or for `dragonlog ship --once`.
import { DragonLogger, withContext } from "dragonlog";

const logger = new DragonLogger({
  service: "nightly",
  to: "cloudwatch",
  region: process.env.AWS_REGION ?? "us-east-1",
  group: "examples",
  drainDeadline: "10s",
});

await withContext({ request_id: `nightly-${new Date().toISOString()}` }, async () => {
  try {
    logger.info("started");
    for (const report of ["sales", "stock"]) {
      logger.info("report made", { report });
    }
    logger.info("ended");
  } catch (error) {
    logger.fatal(error);
    process.exitCode = 1;
  }
});

if (!(await logger.flush("30s"))) {
  console.error("not everything is delivered yet");
}
