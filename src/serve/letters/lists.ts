/** Lists of dead letters, made anew when the folder has changed: browsers ask again and again, and a folder may be large. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Filters, Listed } from "./task.js";

interface Made {
  readonly filters: string;
  readonly stamp: string;
  readonly list: Promise<Listed>;
}

export class Lists {
  /** The last one: whoever looks looks at the same for a while. */
  #made: Made | undefined;

  constructor(
    readonly dir: string,
    readonly make: (filters: Filters) => Promise<Listed>,
  ) {}

  async get(filters: Filters): Promise<Listed> {
    const wanted = JSON.stringify([filters.reason, filters.service]);
    const stamp = stampOf(this.dir);
    const known = this.#made;
    if (known?.filters === wanted && known.stamp === stamp) {
      return known.list;
    }
    const made = { filters: wanted, stamp, list: this.make(filters) };
    this.#made = made;
    made.list.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made.list;
  }
}

/** Differs when a file came, went, grew or was written anew. */
function stampOf(dir: string): string {
  try {
    return readdirSync(dir)
      .map((name) => {
        const stats = statSync(join(dir, name), { throwIfNoEntry: false });
        return stats && `${name} ${stats.size} ${stats.mtimeMs}`;
      })
      .join("\n");
  } catch {
    return "";
  }
}
