/** What must hold when a schedule has been played to its end, and what was found not to hold. */
import { eventIdOf, lineIdOf } from "../../../src/record/line-id.js";
import { idOf, type Logged } from "./logged.js";
import type { SimCloud, StoredEvent } from "./sim-cloud.js";
import type { SimLetters } from "./sim-letters.js";

/** Those of docs/guarantees.md, and what else is promised about how it is done. */
export type Guarantee = "G1" | "G4" | "G5" | "G6" | "G8" | "ladder" | "circuit" | "limits" | "liveness";

export interface Violation {
  readonly guarantee: Guarantee;
  readonly text: string;
}

/** More say no more. */
const VIOLATIONS_MAX = 20;

export class Violations {
  readonly list: Violation[] = [];

  add(guarantee: Guarantee, text: string): void {
    if (this.list.length < VIOLATIONS_MAX) this.list.push({ guarantee, text });
  }
}

export interface Played {
  readonly logged: Logged;
  readonly cloud: SimCloud;
  readonly letters: SimLetters;
}

export function judge({ logged, cloud, letters }: Played, violations: Violations): void {
  const buried = new Set(letters.letters.map(({ record }) => idOf(record)));
  const arrived = judgeStreams(logged, cloud, violations);
  for (const [id, { fate }] of logged.records) {
    const isThere = arrived.has(id);
    if (!isThere && !buried.has(id)) {
      const lost = fate === "healthy" ? "is lost" : `is ${fate} and no dead letter`;
      violations.add(fate === "healthy" ? "G1" : "G5", `${id} ${lost}`);
    }
    if (fate !== "healthy" && isThere) violations.add("G5", `${id} is ${fate} and was delivered`);
  }
  for (const { record, cause, reason } of letters.letters) {
    const id = idOf(record);
    const fate = logged.records.get(id)?.fate;
    const late = reason === "too-old" || reason === "too-new";
    if (fate === "healthy" && !late) {
      violations.add("G8", `${id} is healthy and became a dead letter (${reason}, ${cause})`);
    }
    if (late && arrived.has(id)) violations.add("G5", `${id} was delivered and is a dead letter (${reason})`);
    if (cause !== undefined && cause !== "data") violations.add("G8", `${id} is a dead letter for ${cause}`);
  }
  if (logged.calls !== logged.records.size + logged.dropped) {
    violations.add("G5", `${logged.calls} calls, ${logged.records.size} records, ${logged.dropped} drops`);
  }
}

/** Returns the ids of the records that arrived whole. */
function judgeStreams(logged: Logged, cloud: SimCloud, violations: Violations): Set<string> {
  const arrived = new Set<string>();
  for (const stream of cloud.streams.keys()) {
    const seen = new Set<string>();
    /** The last event of each writer, in reading order, doubles left out. */
    const last = new Map<
      string,
      { readonly seq: number; readonly part: number; readonly timestamp: number }
    >();
    const texts = new Map<string, string[]>();
    for (const event of cloud.read(stream)) {
      const id = lineIdOf(event.message);
      const record = id && logged.records.get(idOf(id));
      if (id === undefined || record === undefined || eventIdOf(id) !== event.id) {
        violations.add("G5", `an event that nobody logged: ${event.message.slice(0, 100)}`);
        continue;
      }
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      const { writer, seq, part, parts } = id;
      const before = last.get(writer);
      // A timestamp that the caller gave puts its record where it says; in each millisecond the order is that of the seqs.
      const counts = before?.timestamp === event.timestamp || !cloud.sortsByTimestamp;
      if (before !== undefined && counts && !isLater(before, id)) {
        violations.add("G4", `${event.id} stands behind seq ${before.seq} in ${stream}`);
      }
      last.set(writer, { seq, part, timestamp: event.timestamp });
      const pieces = texts.get(idOf(id)) ?? [];
      texts.set(idOf(id), pieces);
      pieces.push(pieceOf(event, parts));
      if (pieces.length === parts) {
        arrived.add(idOf(id));
        if (pieces.join("") !== record.line || event.timestamp !== record.record.timestamp) {
          violations.add("G5", `${idOf(id)} has arrived changed`);
        }
      }
    }
  }
  return arrived;
}

function isLater(
  before: { seq: number; part: number },
  { seq, part }: { seq: number; part: number },
): boolean {
  return seq > before.seq || (seq === before.seq && part > before.part);
}

function pieceOf({ message }: StoredEvent, parts: number): string {
  return parts === 1 ? message : (JSON.parse(message) as { text: string }).text;
}
