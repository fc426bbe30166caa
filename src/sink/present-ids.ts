/** Whether certain events stand in a destination: the question after a put whose answer was lost. */
import { eventIdOf, lineIdOf } from "../record/line-id.js";
import type { ReadBack, ReadQuery } from "./sink.js";

/**
 * Those of the `wanted` ids, each as `eventIdOf` gives it, whose events the query finds. Reads on to the last page only while
 * one of them is missing. Rejects as the read does.
 */
export async function presentIds(
  readBack: ReadBack,
  query: ReadQuery,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const present = new Set<string>();
  if (wanted.size === 0) return present;
  for await (const page of readBack.read(query, signal)) {
    for (const { message } of page) {
      const id = lineIdOf(message);
      if (id === undefined) continue;
      const text = eventIdOf(id);
      if (wanted.has(text)) present.add(text);
    }
    if (present.size === wanted.size) return present;
  }
  return present;
}
