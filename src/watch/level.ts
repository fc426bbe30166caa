/** `dragonlog level`: levels that are set for services from outside, and who has seen them. */
import { listJournals } from "../buffer/journal.js";
import type { ParsedOptions } from "../config/options.js";
import { readWriterInfo, type WriterInfo, writerIsGone } from "../journal/folder.js";
import { isLevel, type LevelsByService, readLevels, writeLevels } from "../journal/level-file.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";

const RESET = "reset";

/** A service with a level that is set, or with loggers that live. */
export interface ServiceLevel {
  readonly service: string;
  /** Undefined where its loggers have the level that they were made with. */
  readonly level: string | undefined;
  /** Loggers that live, and how many of them have seen that. */
  readonly loggers: number;
  readonly seenBy: number;
}

/** Exit code 0. Throws DRAGONLOG_USAGE for what is no level. */
export async function level(
  options: ParsedOptions<"level">,
  io: Io,
  [service, wanted]: readonly string[],
): Promise<number> {
  const root = options.buffer.dir;
  if (service !== undefined && wanted !== undefined) {
    setLevel(root, service, wanted);
  }
  const all = serviceLevels(root).filter((each) => service === undefined || each.service === service);
  if (options.json) {
    io.stdout.write(`${JSON.stringify(all)}\n`);
  } else if (all.length === 0) {
    io.stdout.write(
      `${service === undefined ? "no logger lives here, and no level is set" : `no logger of ${printable(service)} lives here, and no level is set for it`}\n`,
    );
  } else {
    io.stdout.write(all.map((each) => `${sentenceOf(each)}\n`).join(""));
  }
  return 0;
}

function setLevel(root: string, service: string, wanted: string): void {
  const levels = new Map(readLevels(root));
  if (wanted === RESET) {
    levels.delete(service);
  } else if (isLevel(wanted)) {
    levels.set(service, wanted);
  } else {
    throw new DragonlogError(
      "DRAGONLOG_USAGE",
      `${printable(JSON.stringify(wanted))} is no level`,
      "The levels are trace, debug, info, warn, error and fatal; reset goes back to the one that a logger was made with.",
    );
  }
  writeLevels(root, levels);
}

function serviceLevels(root: string): ServiceLevel[] {
  const set = readLevels(root);
  const writers = livingWriters(root);
  const services = new Set([...set.keys(), ...writers.map(({ service }) => service)]);
  return [...services].sort().map((service) => summaryOf(service, set, writers));
}

function summaryOf(service: string, set: LevelsByService, writers: readonly WriterInfo[]): ServiceLevel {
  const own = writers.filter((writer) => writer.service === service);
  const seen = own.filter(({ level }) => level === set.get(service));
  return { service, level: set.get(service), loggers: own.length, seenBy: seen.length };
}

function livingWriters(root: string): WriterInfo[] {
  const now = systemClock.now();
  return listJournals(root).flatMap((folder) => {
    const info = readWriterInfo(folder);
    return info === undefined || writerIsGone(folder, info, now) ? [] : [info];
  });
}

function sentenceOf({ service, level: set, loggers, seenBy }: ServiceLevel): string {
  const what = set === undefined ? "as its loggers were made" : set;
  const who =
    loggers === 0
      ? "no logger of it lives here"
      : `seen by ${seenBy} of ${loggers} ${loggers === 1 ? "logger" : "loggers"}`;
  return `${printable(service)}: ${what} (${who})`;
}
