/** A worker thread that logs without a journal, and closes its logger. */
import { workerData } from "node:worker_threads";
import { DragonLogger } from "../../../src/index.js";
import type { LoggerOptions } from "../../../src/logger/types.js";

const { options, count } = workerData as { options: LoggerOptions; count: number };

const logger = new DragonLogger(options);
for (let n = 0; n < count; n++) logger.info("a record", { n });
await logger.close();
