/** `dragonlog flush`: asks the shippers to send everything now, and waits until nothing waits any more. */
import { requestFlush } from "../buffer/journal.js";
import type { ParsedOptions } from "../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../dead-letters/folder.js";
import { isForNoStore } from "../ship/open-buffer.js";
import { nothingRemains, type Remains, readRemains, remainsInFull, remainsInShort } from "../ship/remains.js";
import { systemClock } from "../system/clock.js";
import { counted, formatSpan } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { ASK_AGAIN_MS, POLL_MS, progressOn, tellOfDeadLetters } from "./flush-parts.js";
import { flushStore } from "./flush-store.js";

/** Exit code 0 when nothing waits, 1 when the deadline passed first. */
export async function flush(options: ParsedOptions<"flush">, io: Io): Promise<number> {
  const { buffer } = options;
  if (buffer.kind === "redis") {
    return flushStore({ ...options, buffer }, io);
  }
  const { dir } = buffer;
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
      : `dragonlog flush: ${remainsInShort(remains, "still wait")} in ${dir} after ${formatSpan(waitedMs)}\n` +
          remainsInFull(remains),
  );
  const unshipped = remains.journals.filter(
    ({ error, shipperPid, meantFor }) =>
      error === undefined && shipperPid === undefined && isForNoStore(meantFor),
  );
  if (unshipped.length > 0) {
    io.stderr.write(`No shipper empties ${unshipped.length} of the journals: start \`dragonlog ship\`.\n`);
  }
  const bound = remains.journals.filter(({ meantFor }) => !isForNoStore(meantFor));
  if (bound.length > 0) {
    io.stderr.write(
      `${counted(bound.length, "journal")} of them: bound for a store; name it with --buffer.\n`,
    );
  }
  tellOfDeadLetters(deadLetterBytesAdded, dir, io);
}
