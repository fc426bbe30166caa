/** The names that a scan looks for, as bytes with their hashes. */

import type { MemberPath } from "../request-id.js";

export interface Name {
  readonly bytes: Buffer;
  readonly hash: number;
  /** The index of the path that ends here; -1 for none. */
  slot: number;
  /** What is looked for in its value. */
  readonly below: Name[];
}

/** The first names of the paths, each once, with what follows below them. Of two paths that are the same the first counts. */
export function namesOf(paths: readonly MemberPath[]): readonly Name[] {
  const roots: Name[] = [];
  for (const [slot, path] of paths.entries()) {
    let names = roots;
    for (const [at, text] of path.entries()) {
      const bytes = Buffer.from(text);
      let name = names.find((known) => known.bytes.equals(bytes));
      if (name === undefined) {
        name = { bytes, hash: bytes.reduce(nameHash, 0), slot: -1, below: [] };
        names.push(name);
      }
      if (at === path.length - 1 && name.slot < 0) name.slot = slot;
      names = name.below;
    }
  }
  return roots;
}

/** The hash of a name, byte by byte. */
export function nameHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}
