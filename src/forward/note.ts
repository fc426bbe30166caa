/** What the forwarder before had appended, and what tells whether that is still there. */
export interface Note {
  /** Everything below this seq is in the store. */
  readonly appended: number;
  readonly partition: number;
  readonly epoch: string;
  readonly id: string;
  readonly runIds: readonly string[];
}

/** The last note among the lines of a memo; a line that cannot be read says nothing. */
export function noteIn(lines: readonly string[]): Note | undefined {
  for (const line of [...lines].reverse()) {
    try {
      const { stored } = JSON.parse(line) as { stored?: Note };
      if (stored !== undefined && Number.isSafeInteger(stored.appended) && Array.isArray(stored.runIds)) {
        return stored;
      }
    } catch {
      // Torn by a power cut.
    }
  }
  return undefined;
}
