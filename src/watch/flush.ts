/** `dragonlog flush`: asks the shippers to send everything now, and waits until nothing waits any more. */
import { requestFlush } from "../buffer/journal.js";
import type { ParsedOptions } from "../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../dead-letters/folder.js";
import { nothingRemains, type Remains, readRemains, remainsInFull, remainsInShort } from "../ship/remains.js";
import { systemClock } from "../system/clock.js";
import { formatBytes, formatSpan } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";

const POLL_MS = 100;
/** What is logged while we wait is asked for again. */
const ASK_AGAIN_MS = 1000;
/** A line of progress is printed when the figures have changed, and not more often than this. */
const PROGRESS_MS = 3000;

/** Exit code 0 when nothing waits, 1 when the deadline passed first. */
export async function flush(options: ParsedOptions<"flush">, io: Io): Promise<number> {
  const { dir } = options.buffer;
  const startedAtMs = systemClock.now();
  const deadDir = deadFolderOf(dir);
  const deadLetterBytesBefore = deadLetterBytes(deadDir);
  const progress = progressOn(io);
  let askedAtMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const now = systemClock.now();
    const remains = readRemains(dir, now);
    const done = nothingRemains(remains);
    if (done || now - startedAtMs >= options.deadline || io.signal.aborted) {
      const deadLetterBytesAdded = Math.max(0, deadLetterBytes(deadDir) - deadLetterBytesBefore);
      report(options, io, { done, deadLetterBytesAdded, remains, waitedMs: now - startedAtMs });
      return done ? 0 : 1;
    }
    if (now - askedAtMs >= ASK_AGAIN_MS) {
      requestFlush(dir, now);
      askedAtMs = now;
    }
    progress(remains);
    await pause(systemClock, POLL_MS, io.signal);
  }
}

function progressOn(io: Io): (remains: Remains) => void {
  let printedAtMs = Number.NEGATIVE_INFINITY;
  let printed: number | undefined;
  return (remains) => {
    const { records } = remains.waiting;
    if (records !== printed && remains.readAtMs - printedAtMs >= PROGRESS_MS) {
      printed = records;
      printedAtMs = remains.readAtMs;
      io.stderr.write(`dragonlog flush: ${remainsInShort(remains)} wait in ${remains.dir}\n`);
    }
  };
}

interface Outcome {
  readonly done: boolean;
  readonly remains: Remains;
  readonly waitedMs: number;
  /** While it was waited; what became a dead letter does not wait any more, and is not delivered either. */
  readonly deadLetterBytesAdded: number;
}

function report({ json, buffer: { dir } }: ParsedOptions<"flush">, io: Io, outcome: Outcome): void {
  const { done, remains, waitedMs, deadLetterBytesAdded } = outcome;
  if (json) {
    const { waiting, journals, shippers } = remains;
    io.stdout.write(`${JSON.stringify({ done, waiting, journals, shippers, deadLetterBytesAdded })}\n`);
    return;
  }
  io.stderr.write(
    done
      ? "dragonlog flush: nothing waits\n"
      : `dragonlog flush: ${remainsInShort(remains)} still wait in ${dir} after ${formatSpan(waitedMs)}\n` +
          remainsInFull(remains),
  );
  const unshipped = remains.journals.filter(
    ({ error, shipperPid }) => error === undefined && shipperPid === undefined,
  );
  if (unshipped.length > 0) {
    io.stderr.write(`No shipper empties ${unshipped.length} of the journals: start \`dragonlog ship\`.\n`);
  }
  if (deadLetterBytesAdded > 0) {
    io.stderr.write(
      `dragonlog flush: dead letters were added: ${formatBytes(deadLetterBytesAdded)} in ${deadFolderOf(dir)}; ` +
        "`dragonlog dead list` shows them\n",
    );
  }
}
