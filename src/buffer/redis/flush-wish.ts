/** The wish that everything be sent at once, which shippers of a store look for. */
import type { Keys } from "./keys.js";
import type { Store } from "./store.js";

/** How long it stands in the store. */
const EXPIRY_MS = 3_600_000;

/** Shippers take each other value for another wish. */
export async function askForFlush(store: Store, keys: Keys, nowMs: number): Promise<void> {
  await store.remove(keys.flush());
  await store.setIfMissing(keys.flush(), String(nowMs), EXPIRY_MS);
}
