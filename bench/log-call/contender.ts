/** What is compared. Each runs in a process of its own, which loads only this one. */
import type { Shape } from "./shapes.js";

export interface Contender {
  /** True when the caller has to wait for each call before it can rely on it. */
  readonly waits: boolean;
  /** Logs record number `i`. */
  log(i: number): void | Promise<void>;
  /** Resolves when everything logged so far has left the process. */
  drain(): Promise<void>;
  /** Throws when anything was dropped: a logger that drops is not fast. */
  close(): Promise<void>;
}

export interface Place {
  /** An empty folder of its own. */
  readonly dir: string;
  readonly redisUrl: string;
}

export type OpenContender = (place: Place, shape: Shape) => Contender | Promise<Contender>;

export const CONTENDERS = {
  nothing: {
    label: "(the loop and the record's object)",
    load: async () => (await import("./loggers/nothing.js")).open,
  },
  dragonlog: { label: "dragonlog", load: async () => (await import("./loggers/dragonlog.js")).open },
  shipped: {
    label: "dragonlog, a shipper emptying it",
    load: async () => (await import("./loggers/dragonlog.js")).open,
  },
  "pino-sync": { label: "pino, sync", load: async () => (await import("./loggers/pino.js")).openSync },
  "pino-async": { label: "pino, async", load: async () => (await import("./loggers/pino.js")).openAsync },
  "pino-dragonlog": {
    label: "pino, into dragonlog",
    load: async () => (await import("./loggers/pino.js")).openDragonlog,
  },
  winston: {
    label: "winston, File transport",
    load: async () => (await import("./loggers/winston.js")).open,
  },
  bunyan: { label: "bunyan, file stream", load: async () => (await import("./loggers/bunyan.js")).open },
  logtape: { label: "LogTape, stream sink", load: async () => (await import("./loggers/logtape.js")).open },
  redis: { label: "await RPUSH to Redis", load: async () => (await import("./loggers/redis.js")).open },
} as const satisfies Record<string, { label: string; load: () => Promise<OpenContender> }>;

export type ContenderName = keyof typeof CONTENDERS;

/** The file that every contender writes to which writes a file. */
export const LOG_FILE = "log.ndjson";
/** The key of the Redis list. */
export const REDIS_LIST = "logs:buffer";
