import { createWriteStream } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SERVICE } from "../../lib/records.js";
import { LOG_FILE, type OpenContender } from "../contender.js";
import { drained } from "./write-stream.js";

/** bunyan brings no types; this is what is used of it. */
interface Bunyan {
  createLogger(options: { name: string; streams: { stream: NodeJS.WritableStream }[] }): {
    info(metadata: object, text: string): void;
  };
}

export const open: OpenContender = ({ dir }, shape) => {
  const bunyan = createRequire(import.meta.url)("bunyan") as Bunyan;
  const stream = createWriteStream(join(dir, LOG_FILE));
  const logger = bunyan.createLogger({ name: SERVICE, streams: [{ stream }] });
  return {
    waits: false,
    log: (i) => logger.info(shape.metadata(i), shape.text(i)),
    drain: () => drained(stream),
    async close() {
      await drained(stream);
      stream.end();
    },
  };
};
