/** What `dragonlog flush` does alike, whatever the buffer. */
import { deadFolderOf } from "../dead-letters/folder.js";
import { type Remains, remainsInShort } from "../ship/remains.js";
import { formatBytes } from "../system/figures.js";
import type { Io } from "../system/io.js";

export const POLL_MS = 100;
/** What is logged while we wait is asked for again. */
export const ASK_AGAIN_MS = 1000;
/** A line of progress is printed when the figures have changed, and not more often than this. */
const PROGRESS_MS = 3000;

export function progressOn(io: Io): (remains: Remains) => void {
  let printedAtMs = Number.NEGATIVE_INFINITY;
  let printed: number | undefined;
  return (remains) => {
    const { records } = remains.waiting;
    if (records !== printed && remains.readAtMs - printedAtMs >= PROGRESS_MS) {
      printed = records;
      printedAtMs = remains.readAtMs;
      io.stderr.write(`dragonlog flush: ${remainsInShort(remains, "wait")} in ${remains.dir}\n`);
    }
  };
}

/** `bytesAdded` while it was waited; what became a dead letter does not wait any more, and is not delivered either. */
export function tellOfDeadLetters(bytesAdded: number, dir: string, io: Io): void {
  if (bytesAdded > 0) {
    io.stderr.write(
      `dragonlog flush: dead letters were added: ${formatBytes(bytesAdded)} in ${deadFolderOf(dir)}; ` +
        "`dragonlog dead list` shows them\n",
    );
  }
}
