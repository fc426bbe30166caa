// Cluster workers: each process has a journal of its own. One of them is killed right after it has logged.
import cluster from "node:cluster";
import { DragonLogger } from "dragonlog";

const logger = new DragonLogger({ service: "cluster" }).child({ pid: process.pid });

if (cluster.isPrimary) {
  logger.info("starting two workers");
  cluster.on("exit", (worker, code, signal) =>
    logger.warn("worker ended", { worker: worker.id, code, signal }),
  );
  cluster.fork({ KILLED: "yes" });
  cluster.fork({ KILLED: "no" });
} else {
  logger.info("at work", { killed: process.env.KILLED });
  if (process.env.KILLED === "yes") {
    process.kill(process.pid, "SIGKILL");
  }
  cluster.worker.disconnect();
}
