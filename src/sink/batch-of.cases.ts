/** Batches for the sinks' tests. */
import type { Batch, Destination, Item } from "../batch/batch.js";

export interface Text {
  readonly text: string | Uint8Array;
  readonly timestamp: number;
}

/** A batch of whole records. The lines lie in one chunk with other bytes around them, as they do in a buffer. */
export function batchOf(
  texts: readonly Text[],
  destination: Destination = { group: "app", stream: "web" },
): Batch {
  const lines = texts.map(({ text }) => Buffer.from(text as string));
  const chunk = Buffer.concat(lines.flatMap((line) => [Buffer.from('"'), line, Buffer.from("\n")]));
  let at = 0;
  const items = lines.map((line, index): Item => {
    const start = at + 1;
    const end = start + line.length;
    at = end + 1;
    const { timestamp } = texts[index]!;
    const place = { timestamp, bytes: chunk, start, end };
    return { ...place, writer: "w", seq: index, ordinal: index, service: "web", type: "INFO" };
  });
  const bytes = lines.reduce((sum, line) => sum + line.length + 26, 0);
  return { number: 0, destination, items, bytes, after: [] };
}
