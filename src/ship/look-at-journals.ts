import { statSync } from "node:fs";
import { basename } from "node:path";
import { listJournals } from "../buffer/journal.js";
import { waitingIn } from "../buffer/open-reader.js";
import { listSegments, readWriterInfo, segmentPath, writerIsGone } from "../journal/folder.js";
import type { JournalLook } from "./lookout.js";

/** The journals in the folder, for the lookout. One that cannot be looked at is left out: it is reported by itself. */
export function lookAtJournals(dir: string, nowMs: number): JournalLook[] {
  return listJournals(dir).flatMap((folder) => lookAt(folder, nowMs) ?? []);
}

function lookAt(folder: string, nowMs: number): JournalLook | undefined {
  try {
    const info = readWriterInfo(folder);
    return {
      writer: info?.writer ?? basename(folder),
      service: info?.service ?? "?",
      dir: folder,
      bytes: listSegments(folder).reduce(
        (sum, number) => sum + statSync(segmentPath(folder, number)).size,
        0,
      ),
      bytesMax: writerIsGone(folder, info, nowMs) ? undefined : info?.bytesMax,
      waiting: waitingIn(folder),
      dropped: info?.dropped ?? {},
    };
  } catch {
    return undefined;
  }
}
