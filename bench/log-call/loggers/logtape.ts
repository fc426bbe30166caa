/** The sink does what `getStreamFileSink` of @logtape/file does, LogTape's fastest that does not block the caller. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { configureSync, getLogger, jsonLinesFormatter } from "@logtape/logtape";
import { SERVICE } from "../../lib/records.js";
import { LOG_FILE, type OpenContender } from "../contender.js";
import { drained } from "./write-stream.js";

export const open: OpenContender = ({ dir }, shape) => {
  const stream = createWriteStream(join(dir, LOG_FILE));
  configureSync({
    sinks: { file: (record) => void stream.write(jsonLinesFormatter(record)) },
    loggers: [
      { category: SERVICE, sinks: ["file"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["file"], lowestLevel: "warning" },
    ],
  });
  const logger = getLogger(SERVICE);
  return {
    waits: false,
    log: (i) => logger.info(shape.text(i), shape.metadata(i)),
    drain: () => drained(stream),
    async close() {
      await drained(stream);
      stream.end();
    },
  };
};
