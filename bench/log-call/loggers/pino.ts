/** https://github.com/pinojs/pino/blob/main/docs/asynchronous.md names these settings for speed. */
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { destination as intoDragonlog } from "../../../src/adapters/pino.js";
import { SERVICE } from "../../lib/records.js";
import { type Contender, LOG_FILE, type OpenContender } from "../contender.js";
import { BINDINGS, type Shape } from "../shapes.js";

export const openAsync: OpenContender = ({ dir }, shape) =>
  contender(shape, pino.destination({ dest: join(dir, LOG_FILE), sync: false, minLength: 4096 }));

export const openSync: OpenContender = ({ dir }, shape) =>
  contender(shape, pino.destination({ dest: join(dir, LOG_FILE), sync: true }));

/** The same pino, writing to a journal. */
export const openDragonlog: OpenContender = ({ dir }, shape) => {
  const destination = intoDragonlog({ service: SERVICE, journalDir: dir });
  return {
    ...contender(shape, destination),
    async close() {
      const { state, dropped } = destination.logger.stats();
      await destination.logger.close();
      if (state !== "safe" || Object.keys(dropped).length > 0) {
        throw new Error(`the journal was ${state} and dropped ${JSON.stringify(dropped)}`);
      }
    },
  };
};

/** As much of a destination as is needed here. */
interface Destination {
  write(line: string): unknown;
  flush(callback: (error?: Error | null) => void): void;
  end(): void;
}

function contender(shape: Shape, destination: Destination): Contender {
  const logger = pino({ base: { service: SERVICE } }, destination);
  const drain = (): Promise<void> =>
    new Promise((resolve, reject) => {
      destination.flush((error) => (error ? reject(error) : resolve()));
    });
  return {
    waits: false,
    log: callOf(logger, shape),
    drain,
    async close() {
      await drain();
      destination.end();
    },
  };
}

function callOf(logger: Logger, shape: Shape): Contender["log"] {
  switch (shape.way) {
    case "disabled":
      return (i) => logger.debug(shape.metadata(i), shape.text(i));
    case "make-child":
      return () => void logger.child(BINDINGS);
    case "child": {
      const child = logger.child(BINDINGS);
      return (i) => child.info(shape.metadata(i), shape.text(i));
    }
    default:
      return (i) => logger.info(shape.metadata(i), shape.text(i));
  }
}
