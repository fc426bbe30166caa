/** What the ways in share: the logger behind them, and the account of what it kept. */
import type { ParsedOptions } from "../config/options.js";
import { openFamily } from "../logger/family.js";
import { loggerOf } from "../logger/logger.js";
import type { LoggerStats } from "../logger/types.js";
import { keyLinesOf } from "../redact/key-lines.js";
import { messageOf } from "../system/errors.js";
import type { Entry } from "./entry.js";
import { LineRecorder, type LineRecorderOptions } from "./line-recorder.js";
import { joiningOf } from "./multiline/joining.js";

/** A longer line is cut: it has to be held in memory until it ends. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** What a record's line holds beside the entry: names, id, a service of usual length. */
const RECORD_OVERHEAD_BYTES = 16 * 1024;

/** As much of the logger as the ways in need. */
export interface RecordLogger {
  log(entry: Entry): void;
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): Pick<LoggerStats, "state" | "dropped" | "recordsShortened" | "valuesShortened" | "unencodable"> &
    Partial<Pick<LoggerStats, "suppressed">>;
}

type WriterOptions = ParsedOptions<"pipe"> | ParsedOptions<"run">;

/** Its `close` waits for a forwarder as it waits for the journal; its `flush` waits for no shipper, which may be far away. */
export function openLogger(options: WriterOptions): RecordLogger {
  const { service, buffer, segmentBytes, journalBytesMax, whenFull, syncMs } = options;
  const { linger, blockBytes, codec, storeBytesMax, journal, drainDeadline } = options;
  const store = buffer.kind === "redis" && {
    buffer: buffer.url,
    linger,
    blockBytes,
    codec,
    storeBytesMax,
    drainDeadline,
  };
  const family = openFamily({
    service,
    journalDir: buffer.dir,
    buffer: `journal:${buffer.dir}`,
    ...store,
    journal,
    segmentBytes,
    journalBytesMax,
    whenFull,
    syncMs,
    limit: options.limit,
    sample: options.sample,
    redact: options.redact,
    redactBy: options.redactBy,
    ...(options.redactSalt !== undefined && { redactSalt: options.redactSalt }),
    // Which lines are worth keeping was decided by the program that wrote them.
    level: "trace",
  });
  const logger = loggerOf(family);
  return {
    log: (entry) => logger.log(entry),
    // Without a journal the store is the only place where lines are safe, and `close` counts what it has not taken.
    flush: () => (journal ? family.writer.journal.flush() : logger.close()),
    close: () => logger.close(),
    stats: () => logger.stats(),
  };
}

/** Throws DRAGONLOG_OPTION_INVALID for a rule of lines that cannot be used. */
export function openRecorder(
  logger: RecordLogger,
  options: WriterOptions,
  { type, records, stream }: Pick<LineRecorderOptions, "type" | "records" | "stream">,
): LineRecorder {
  const severity = options.severity === "auto";
  // The journal takes a record up to half of its size, so that there is room for the next one.
  const recordBytesMax = options.journalBytesMax / 2 - RECORD_OVERHEAD_BYTES;
  return new LineRecorder({
    type,
    records,
    severity,
    // Where types are not looked for, they say it.
    ...(severity && stream !== undefined ? { stream } : {}),
    keyLines: keyLinesOf(options),
    joining: joiningOf(options.multiline),
    recordBytesMax,
    lineBytesMax: Math.min(LINE_BYTES_MAX, recordBytesMax),
    log: (entry) => logger.log(entry),
  });
}

/** What became of the lines. */
export interface Account {
  /** True when every line is kept in full and outlives this process. */
  readonly safe: boolean;
  /** For people, about what did not come through as it was; none when everything did. */
  readonly sentences: readonly string[];
}

/** Flushes the logger. To be asked before its `close`: a closed logger no longer says where its records lie. */
export async function flushAndAccount(
  logger: RecordLogger,
  recorders: readonly LineRecorder[],
): Promise<Account> {
  const unsafe = await logger.flush().then(() => undefined, messageOf);
  const { state, dropped, suppressed, recordsShortened, valuesShortened, unencodable } = logger.stats();
  const losses = Object.entries({
    ...dropped,
    shortened: recordsShortened + valuesShortened,
    unencodable,
  }).filter(([, count]) => count > 0);
  const sentences: string[] = [];
  const cut = recorders.reduce((sum, recorder) => sum + recorder.cutLines, 0);
  if (cut > 0) sentences.push(`${cut} too long for one record, cut into several that say "continues".`);
  if (losses.length > 0) {
    const causes = losses.map(([cause, count]) => `${cause} (${count})`).join(", ");
    sentences.push(`Not every line was kept as it was: ${causes}.`);
  }
  const left = (suppressed?.limit ?? 0) + (suppressed?.sample ?? 0);
  if (left > 0) sentences.push(`${left} left out by limit or sample, as the records "suppressed" say.`);
  if (state === "ram") sentences.push("The journal cannot be written: the last lines end with this process.");
  else if (unsafe !== undefined) sentences.push(unsafe);
  return { safe: losses.length === 0 && state !== "ram" && unsafe === undefined, sentences };
}
