/** https://github.com/pinojs/pino/blob/main/docs/asynchronous.md names these settings for speed. */
import { join } from "node:path";
import { pino } from "pino";
import { type RecordKind, SERVICE } from "../../lib/records.js";
import { type Contender, LOG_FILE, type OpenContender } from "../contender.js";

export const openAsync: OpenContender = ({ dir }, kind) =>
  contender(kind, pino.destination({ dest: join(dir, LOG_FILE), sync: false, minLength: 4096 }));

export const openSync: OpenContender = ({ dir }, kind) =>
  contender(kind, pino.destination({ dest: join(dir, LOG_FILE), sync: true }));

function contender(kind: RecordKind, destination: ReturnType<typeof pino.destination>): Contender {
  const logger = pino({ base: { service: SERVICE } }, destination);
  const drain = (): Promise<void> =>
    new Promise((resolve, reject) => {
      destination.flush((error?: Error | null) => (error ? reject(error) : resolve()));
    });
  return {
    waits: false,
    log: (i) => logger.info(kind.metadata(i), kind.text(i)),
    drain,
    async close() {
      await drain();
      destination.end();
    },
  };
}
