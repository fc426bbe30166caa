import { DragonlogError } from "../../../system/errors.js";
import { StoreError } from "../failures.js";
import type { Store } from "../store.js";

/** Rejects with DRAGONLOG_LIST_WRONG_TYPE where the store says that there is no list at the key, and otherwise as `use` does. */
export async function explaining<T>({ name }: Store, list: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof StoreError && /WRONGTYPE/.test(error.message)) {
      throw new DragonlogError(
        "DRAGONLOG_LIST_WRONG_TYPE",
        `${name}: what lies at the key ${list} is no list`,
        "Push to another key and name it with --list, or rename what is there. Everything else is shipped.",
        error,
      );
    }
    throw error;
  }
}
