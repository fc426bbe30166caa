/** An application's logger that brings its records to CloudWatch itself, opened as its own documentation says. */
import type { WayName } from "./shape.js";

interface Way {
  log(text: string, fields: { readonly user_id: number; readonly path: string }): void;
  /** What its documentation says to await before a process ends. */
  end(): Promise<void>;
}

/** `dir` is for files of its own; it stays when the application is started again. */
export type OpenWay = (dir: string) => Way | Promise<Way>;

export const LOADERS: Readonly<Record<WayName, () => Promise<OpenWay>>> = {
  dragonlog: async () => (await import("./ways/dragonlog.js")).open,
  "winston-cloudwatch": async () => (await import("./ways/winston-cloudwatch.js")).open,
  "pino-transport": async () => (await import("./ways/pino-transport.js")).open,
};
