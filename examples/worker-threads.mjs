// Worker threads: each thread has a logger, and so a journal, of its own. The records of all stand merged by time.
import { isMainThread, threadId, Worker } from "node:worker_threads";
import { DragonLogger } from "dragonlog";

const logger = new DragonLogger({ service: "threads" }).child({ thread: threadId });

if (isMainThread) {
  logger.info("starting two threads");
  for (let i = 0; i < 2; i++) {
    new Worker(new URL(import.meta.url));
  }
} else {
  logger.info("at work");
  // A thread that ends closes its logger: from outside, only the death of the whole process would be seen.
  await logger.close();
}
