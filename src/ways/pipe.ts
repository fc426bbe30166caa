/** Standard input becomes records, by its lines. Exit code 0 means that every line is safe. */
import { addAbortSignal } from "node:stream";
import type { ParsedOptions } from "../config/options.js";
import type { Io } from "../system/io.js";
import { flushAndAccount, openLogger, openRecorder, type RecordLogger } from "./recording.js";

export function pipe(options: ParsedOptions<"pipe">, io: Io): Promise<number> {
  return pipeInto(openLogger(options), options, io);
}

/**
 * Reads until the input ends or `io.signal` is aborted; what was read is recorded either way. Throws what
 * reading throws, and DRAGONLOG_OPTION_INVALID, after the logger was closed.
 */
export async function pipeInto(
  logger: RecordLogger,
  options: ParsedOptions<"pipe">,
  io: Pick<Io, "stdin" | "stderr" | "signal">,
): Promise<number> {
  try {
    const recorder = openRecorder(logger, options, { type: "INFO", records: true });
    try {
      // Reading one chunk at a time keeps memory bounded: a writer that is faster waits at its end of the pipe.
      for await (const chunk of addAbortSignal(io.signal, io.stdin)) recorder.push(chunk as Buffer);
    } catch (error) {
      if (!io.signal.aborted) throw error;
    } finally {
      recorder.end();
    }
    const { safe, sentences } = await flushAndAccount(logger, [recorder]);
    for (const sentence of sentences) io.stderr.write(`dragonlog pipe: ${sentence}\n`);
    return safe ? 0 : 1;
  } finally {
    await logger.close();
  }
}
