/**
 * How a record differs from what the mapping says, where it does: from the expected record, and the line that pino wrote, follows the
 * real one. Each has an entry of the same name in docs/from-other-loggers.md.
 */
import type { Expected } from "../mapping.js";

type Difference = (expected: Expected, line: string) => Expected;

const DEPTH_MAX = 64;

export const differences: Readonly<Record<string, Difference>> = {
  "a number that a double does not hold": (expected, line) => ({
    ...expected,
    metadata: { ...expected.metadata, large: /"large":(\d+)/.exec(line)![1] },
  }),
  "a value deeper than 64 levels": ({ metadata, ...expected }) => ({
    ...expected,
    metadata: cut(metadata, 1) as Expected["metadata"],
  }),
  "a field with the name of the time": (expected, line) => {
    const [own, field] = [...line.matchAll(/"time":(\d+|"never")/g)].map(([, value]) => JSON.parse(value!));
    if (field === undefined || typeof own !== "number") return expected;
    return { ...expected, timestamp: new Date(own).toISOString() };
  },
  "time finer than a millisecond": (expected, line) => ({
    ...expected,
    timestamp: /"time":"([^"]{23})/.exec(line)![1]!.concat("Z"),
  }),
  "time in whole seconds": (expected, line) => {
    const ms = Number(/"time":(\d+)/.exec(line)![1]) * 1000;
    // Seconds of just now were rounded: the record has the time of the call.
    if (Date.now() - ms < 1000) return expected;
    const { time, ...metadata } = expected.metadata!;
    return { ...expected, timestamp: new Date(ms).toISOString(), metadata };
  },
  "time under another name": ({ metadata, ...expected }, line) => ({
    ...expected,
    timestamp: undefined,
    metadata: { ...metadata, "@timestamp": JSON.parse(line)["@timestamp"] },
  }),
};

function cut(value: unknown, level: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (level > DEPTH_MAX) return "[Too deep]";
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cut(member, level + 1)]));
}
