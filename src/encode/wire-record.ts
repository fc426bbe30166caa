/** A record by its wire names, as programs give it: what of it goes into the metadata of the line. */
import { isLiteral } from "./plain.js";

const KNOWN_NAMES = new Set(["timestamp", "service", "data", "type", "request_id", "metadata"]);
const NONE: readonly string[] = [];

/**
 * The record's metadata, with what else it holds before it: names that are none of a record's, and as `timestamp_given` a
 * timestamp that is none (`timestampMs` undefined). A name that the metadata has as well becomes `<name>_given`.
 */
export function membersOf(record: object, timestampMs: number | undefined): object | null | undefined {
  const { timestamp, metadata } = record as { timestamp?: unknown; metadata?: object | null };
  const names = otherNames(record);
  const unread = timestamp !== undefined && timestamp !== null && timestampMs === undefined;
  if (names === NONE && !unread) {
    return metadata;
  }
  const said: Record<string, unknown> = canBeSpread(metadata) ? metadata : { metadata };
  // Read once: a proxy may answer anything, and that it has every name there is.
  const saidNames = Object.keys(said);
  const taken = new Set(saidNames);
  const free = (name: string): string => {
    let found = name;
    while (taken.has(found)) {
      found += "_given";
    }
    taken.add(found);
    return found;
  };
  // Without a prototype, so that `__proto__` is a name like all others.
  const members = Object.create(null) as Record<string, unknown>;
  for (const name of names) {
    members[free(name)] = (record as Record<string, unknown>)[name];
  }
  if (unread) {
    members[free("timestamp_given")] = timestamp;
  }
  for (const name of saidNames) {
    members[name] = said[name];
  }
  return members;
}

/** Without a list of its own for the many records that have no others. */
function otherNames(record: object): readonly string[] {
  let names: string[] | undefined;
  for (const name of Object.keys(record)) {
    if (!KNOWN_NAMES.has(name)) {
      names ??= [];
      names.push(name);
    }
  }
  return names ?? NONE;
}

/** True for what can be spread without losing what it holds: no Map, no Error. */
function canBeSpread(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && isLiteral(value);
}
