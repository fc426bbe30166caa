/** What waits in a folder of journals, seen from outside, whoever ships it. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { readCursor } from "../journal/cursor.js";
import { listSegments, readWriterInfo, segmentPath, writerIsGone } from "../journal/folder.js";
import { leaseHolder } from "../journal/lease.js";
import { SegmentFile } from "../journal/segment-file.js";
import type { HeldBack } from "../limit/held-back.js";
import type { Clock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import type { Waiting } from "./buffer.js";
import { copyOf, foldersIn, isJournal, listJournals } from "./journal.js";
import { OldestUndelivered } from "./oldest.js";
import { waitingIn } from "./open-reader.js";

/** For so long nothing else is done. */
const SLICE_MS = 5;

export interface JournalState {
  readonly folder: string;
  readonly writer: string;
  readonly service: string | undefined;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** Which shipper it is meant for, as `WriterInfo.shipper`. */
  readonly meantFor: string | undefined;
  /** Its process lives, as far as that can be seen from here. */
  readonly alive: boolean;
  readonly waiting: Waiting;
  /** No record that waits was logged before, whatever time it gives itself; undefined where nothing waits. */
  readonly waitingSinceMs: number | undefined;
  /** Every record below this seq is delivered. */
  readonly deliveredTo: number;
  /** Every record below this seq has been logged. */
  readonly loggedTo: number;
  /** Bytes of its segments on the disk. */
  readonly fileBytes: number;
  /** The most that they take; undefined where the writer is gone. */
  readonly bytesMax: number | undefined;
  /** Records that never got into it, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Held back by the limits of their logger. */
  readonly suppressed?: readonly HeldBack[];
  /** The process that empties it. */
  readonly shipperPid: number | undefined;
  /** Why no shipper can deliver it; then nothing above that needs reading is known. */
  readonly error: string | undefined;
}

export function readJournals(dir: string, nowMs: number): JournalState[] {
  return listJournals(dir).map((folder) => readJournal(folder, nowMs));
}

/**
 * The same without being in the way of what else the process does: after each slice, others have their turn. Where there are
 * very many, the last are read later than the first. And the oldest record of each is the one that waits; whoever looks again
 * and again passes the same `oldest`, and need not look for it anew.
 */
export async function readJournalsInSlices(
  dir: string,
  clock: Pick<Clock, "now" | "elapsed" | "eventsHandled">,
  oldest = new OldestUndelivered(),
): Promise<JournalState[]> {
  const journals: JournalState[] = [];
  let sliceAtMs = clock.elapsed();
  const pause = async (): Promise<void> => {
    if (clock.elapsed() - sliceAtMs >= SLICE_MS) {
      await clock.eventsHandled();
      sliceAtMs = clock.elapsed();
    }
  };
  for (const folder of foldersIn(dir)) {
    if (isJournal(folder)) {
      journals.push(await withOldest(readJournal(folder, clock.now()), oldest, pause));
    }
    await pause();
  }
  oldest.endLook();
  return journals;
}

/** From outside, the first record of a segment stands for the first one that waits in it, which may have come days later. */
async function withOldest(
  journal: JournalState,
  oldest: OldestUndelivered,
  pause: () => Promise<void>,
): Promise<JournalState> {
  const { waiting, folder, deliveredTo } = journal;
  if (waiting.records === 0) {
    return journal;
  }
  try {
    const oldestMs = (await oldest.find(folder, deliveredTo, pause)) ?? waiting.oldestMs;
    return { ...journal, waiting: { ...waiting, oldestMs } };
  } catch {
    return journal;
  }
}

export function totalWaiting(parts: readonly { readonly waiting: Waiting }[]): Waiting {
  let records = 0;
  let bytes = 0;
  let oldestMs: number | undefined;
  for (const { waiting } of parts) {
    records += waiting.records;
    bytes += waiting.bytes;
    oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, waiting.oldestMs ?? Number.POSITIVE_INFINITY);
  }
  return { records, bytes, oldestMs: records === 0 ? undefined : oldestMs };
}

function readJournal(folder: string, nowMs: number): JournalState {
  const info = readWriterInfo(folder);
  const alive = !writerIsGone(folder, info, nowMs);
  const state = {
    folder,
    writer: info?.writer ?? basename(folder),
    service: info?.service,
    host: info?.host,
    pid: info?.process.pid,
    meantFor: info?.shipper,
    alive,
    bytesMax: alive ? info?.bytesMax : undefined,
    dropped: info?.dropped ?? {},
    ...(Array.isArray(info?.suppressed) && { suppressed: info.suppressed }),
  };
  try {
    const copy = copyOf(folder, info);
    if (copy !== undefined) {
      throw copy;
    }
    const waiting = waitingIn(folder);
    const deliveredTo = readCursor(folder).next;
    return {
      ...state,
      waiting,
      waitingSinceMs: waiting.records === 0 ? undefined : beganMs(folder, deliveredTo),
      deliveredTo,
      loggedTo: loggedTo(folder),
      fileBytes: listSegments(folder).reduce(
        (sum, number) => sum + statSync(segmentPath(folder, number)).size,
        0,
      ),
      shipperPid: leaseHolder(folder, nowMs)?.pid,
      error: undefined,
    };
  } catch (error) {
    const waiting = { records: 0, bytes: 0, oldestMs: undefined };
    const nothing = {
      waiting,
      waitingSinceMs: undefined,
      deliveredTo: 0,
      loggedTo: 0,
      fileBytes: 0,
      shipperPid: undefined,
    };
    return { ...state, ...nothing, error: messageOf(error) };
  }
}

/** When the segment was begun that the record of this seq lies in. */
function beganMs(folder: string, seq: number): number | undefined {
  for (const number of listSegments(folder)) {
    const file = SegmentFile.open(folder, number);
    const header = file?.header();
    file?.close();
    if (header !== undefined && header.firstSeq + header.count > seq) {
      return header.createdMs;
    }
  }
  return undefined;
}

function loggedTo(folder: string): number {
  for (const number of listSegments(folder).reverse()) {
    const file = SegmentFile.open(folder, number);
    const header = file?.header();
    file?.close();
    if (header !== undefined) {
      return header.firstSeq + header.count;
    }
  }
  return 0;
}
