/** What was put into a store of journals that nobody takes any more, by what their forwarders left beside them. */
import type { JournalState } from "../buffer/waiting.js";
import { type Note, noteIn } from "../forward/note.js";
import { STORE_PREFIX } from "../journal/folder.js";
import { MemoFile } from "../journal/memo.js";

/** By writer. */
export function forwardedOf(journals: readonly JournalState[]): ReadonlyMap<string, Note> {
  const notes = new Map<string, Note>();
  for (const { folder, writer, waiting, shipperPid, meantFor } of journals) {
    if (waiting.records > 0 && shipperPid === undefined && meantFor?.startsWith(STORE_PREFIX)) {
      const note = noteBeside(folder);
      if (note !== undefined) {
        notes.set(writer, note);
      }
    }
  }
  return notes;
}

/** Undefined where it cannot be read: then it is not known what was put there. */
function noteBeside(folder: string): Note | undefined {
  try {
    return noteIn(new MemoFile(folder).read());
  } catch {
    return undefined;
  }
}
