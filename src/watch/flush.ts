/** `dragonlog flush`: asks the shippers to send everything now, and waits until nothing waits any more. */
import { requestFlush } from "../buffer/journal.js";
import { type JournalState, readJournals, totalWaiting } from "../buffer/waiting.js";
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { printable } from "../system/printable.js";
import { formatDuration } from "../system/units.js";

const POLL_MS = 100;
/** What is logged while we wait is asked for again. */
const ASK_AGAIN_MS = 1000;

/** Exit code 0 when nothing waits, 1 when the deadline passed first. */
export async function flush(options: ParsedOptions<"flush">, io: Io): Promise<number> {
  const { dir } = options.buffer;
  const startedAtMs = systemClock.now();
  let askedAtMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const now = systemClock.now();
    const journals = readJournals(dir, now);
    const { records } = totalWaiting(journals);
    const unreadable = journals.filter(({ error }) => error !== undefined);
    if (records === 0 && unreadable.length === 0) {
      report(options, io, true, journals);
      return 0;
    }
    if (now - startedAtMs >= options.deadline || io.signal.aborted) {
      report(options, io, false, journals);
      return 1;
    }
    if (now - askedAtMs >= ASK_AGAIN_MS) {
      requestFlush(dir, now);
      askedAtMs = now;
      io.stderr.write(`dragonlog flush: ${records} records wait in ${dir}\n`);
    }
    await pause(systemClock, POLL_MS, io.signal);
  }
}

function report(
  options: ParsedOptions<"flush">,
  io: Io,
  done: boolean,
  journals: readonly JournalState[],
): void {
  const { records, bytes } = totalWaiting(journals);
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ done, records, bytes })}\n`);
    return;
  }
  if (done) {
    io.stderr.write("dragonlog flush: nothing waits\n");
    return;
  }
  const unshipped = journals.filter(
    ({ waiting, shipperPid }) => waiting.records > 0 && shipperPid === undefined,
  );
  io.stderr.write(
    `dragonlog flush: ${records} records still wait in ${options.buffer.dir} after ${formatDuration(options.deadline)}\n` +
      (unshipped.length > 0
        ? `No shipper empties ${unshipped.length} of the journals: start \`dragonlog ship\`.\n`
        : "`dragonlog status` says what the shipper met last.\n"),
  );
  for (const { writer, error } of journals) {
    if (error !== undefined) {
      io.stderr.write(`dragonlog flush: ${printable(`${writer} cannot be read: ${error}`)}\n`);
    }
  }
}
