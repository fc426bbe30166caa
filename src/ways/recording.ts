/** What the ways in share: the logger behind them, and the account of what it kept. */
import type { ParsedOptions } from "../config/options.js";
import { DragonLogger } from "../logger/logger.js";
import type { Entry } from "./entry.js";
import { LineRecorder } from "./line-recorder.js";

/** A longer line is cut: it has to be held in memory until it ends. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** What a record's line holds beside the entry: names, id, a service of usual length. */
const RECORD_OVERHEAD_BYTES = 16 * 1024;

/** As much of the logger as the ways in need. */
export interface RecordLogger {
  log(entry: Entry): void;
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): { readonly dropped: Readonly<Record<string, number>> };
}

type WriterOptions = ParsedOptions<"pipe"> | ParsedOptions<"run">;

export function openLogger(options: WriterOptions): RecordLogger {
  const { service, buffer, segmentBytes, journalBytesMax, whenFull, syncMs } = options;
  return new DragonLogger({
    service,
    journalDir: buffer.dir,
    segmentBytes,
    journalBytesMax,
    whenFull,
    syncMs,
    // Which lines are worth keeping was decided by the program that wrote them.
    level: "trace",
  });
}

/** `records` is whether lines that are records in JSON are taken as such. */
export function openRecorder(
  logger: RecordLogger,
  options: WriterOptions,
  { type, records }: { readonly type: string; readonly records: boolean },
): LineRecorder {
  // The journal takes a record up to half of its size, so that there is room for the next one.
  const recordBytesMax = options.journalBytesMax / 2 - RECORD_OVERHEAD_BYTES;
  return new LineRecorder({
    type,
    records,
    recordBytesMax,
    lineBytesMax: Math.min(LINE_BYTES_MAX, recordBytesMax),
    log: (entry) => logger.log(entry),
  });
}

/** Sentences for people about what did not come through as it was; none when everything did. */
export function shortfalls(logger: RecordLogger, recorders: readonly LineRecorder[]): string[] {
  const sentences: string[] = [];
  const cut = recorders.reduce((sum, recorder) => sum + recorder.cutLines, 0);
  if (cut > 0) sentences.push(`${cut} too long for one record, cut into several that say "continues".`);
  const dropped = droppedBy(logger);
  if (dropped.length > 0) {
    const causes = dropped.map(([cause, count]) => `${count} ${cause}`).join(", ");
    sentences.push(`Not every line was kept; dropped: ${causes}.`);
  }
  return sentences;
}

/** Causes and counts of what the logger dropped. */
export function droppedBy(logger: RecordLogger): [cause: string, count: number][] {
  return Object.entries(logger.stats().dropped).filter(([, count]) => count > 0);
}
