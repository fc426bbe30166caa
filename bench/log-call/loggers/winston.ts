import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, format, transports } from "winston";
import { SERVICE } from "../../lib/records.js";
import { LOG_FILE, type OpenContender } from "../contender.js";

/** winston can only be drained by ending it; between passes its transport's own streams are looked at instead. */
interface FileStreams {
  readonly _stream: { readonly writableLength: number; readonly readableLength: number };
  readonly _dest: { readonly writableLength: number };
}

export const open: OpenContender = async ({ dir }, shape) => {
  const transport = new transports.File({ filename: join(dir, LOG_FILE) });
  const logger = createLogger({
    defaultMeta: { service: SERVICE },
    format: format.combine(format.timestamp(), format.json()),
    transports: [transport],
  });
  await new Promise((resolve) => transport.once("open", resolve));
  const { _stream: stream, _dest: destination } = transport as unknown as FileStreams;
  const waiting = (): number =>
    logger.writableLength +
    logger.readableLength +
    transport.writableLength +
    stream.writableLength +
    stream.readableLength +
    destination.writableLength;
  return {
    waits: false,
    log: (i) => void logger.info(shape.text(i), shape.metadata(i)),
    async drain() {
      while (waiting() > 0) {
        await sleep(1);
      }
    },
    async close() {
      logger.end();
      await new Promise((resolve) => transport.once("finish", resolve));
    },
  };
};
