/** Counts the events of a destination by writer. What it takes grows with the writers, hardly with the records. */
import { type LineId, lineIdOf } from "../record/line-id.js";
import type { ReadEvent } from "../sink/sink.js";
import { type DropReport, dropReportOf } from "./drop-report.js";
import { WriterTally } from "./writer-tally.js";

/** As `record/` makes them. Programs of others have ids of their own in their lines, and nothing follows from those. */
const WRITER = /^[a-z0-9]{12}$/;

/** What of one writer's reports of drops is kept: enough for any writer that is not one single drop. */
const DROP_REPORTS_MAX = 10_000;

export class Tally {
  readonly writers = new Map<string, WriterTally>();
  readonly drops = new Map<string, DropReport[]>();
  events = 0;
  /** Events that are no lines of dragonlog's. */
  foreign = 0;
  /** The timestamp of the last event that was looked at. */
  atMs = 0;

  add(events: readonly ReadEvent[]): void {
    for (const { stream, timestamp, message } of events) {
      this.events++;
      this.atMs = timestamp;
      const id = ownIdOf(message);
      if (id === undefined) {
        this.foreign++;
        continue;
      }
      let writer = this.writers.get(id.writer);
      if (writer === undefined) {
        writer = new WriterTally();
        this.writers.set(id.writer, writer);
      }
      if (writer.add(id, stream, timestamp)) this.#lookForDrops(id.writer, message);
    }
  }

  /** Looks for what was missing at the first look, and at nothing else. */
  fill(events: readonly ReadEvent[]): void {
    for (const { message } of events) {
      const id = ownIdOf(message);
      if (id === undefined) continue;
      this.writers.get(id.writer)?.fill(id);
    }
  }

  #lookForDrops(writer: string, message: string): void {
    const report = dropReportOf(message);
    if (report === undefined) return;
    const reports = this.drops.get(writer) ?? [];
    this.drops.set(writer, reports);
    if (reports.length < DROP_REPORTS_MAX) reports.push(report);
  }
}

function ownIdOf(message: string): LineId | undefined {
  const id = lineIdOf(message);
  return id !== undefined && WRITER.test(id.writer) ? id : undefined;
}
