/** What waits in a list, seen from outside, whoever ships it. */
import { parseTimestamp } from "../../../record/time.js";
import type { Waiting } from "../../buffer.js";
import type { Store } from "../store.js";

/** By its first element, which stands for the others. Rejects when the store cannot be asked, or the key is no list. */
export async function waitingInList(store: Store, list: string): Promise<Waiting> {
  const [records, [first]] = await Promise.all([store.listLength(list), store.listRange(list, 0, 0)]);
  return { records, bytes: records * (first?.length ?? 0), oldestMs: first && timestampIn(first) };
}

/** Undefined where it has none, or is no record. */
function timestampIn(element: Buffer): number | undefined {
  try {
    return parseTimestamp((JSON.parse(element.toString()) as { timestamp?: unknown }).timestamp);
  } catch {
    return undefined;
  }
}
