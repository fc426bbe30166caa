/** How a rule says which lines belong together. */

/**
 * What a line is to those before it. `begins`: the first of a record. `alone`: a record of its own, which nothing follows.
 * `continues`: it belongs to the record before it. `perhaps`: the next lines show it; it belongs to the record before it if one
 * of them continues, and is a record of its own if not.
 */
export type Place = "begins" | "alone" | "continues" | "perhaps";

export interface Rule {
  /** To be asked once for each line, in order. Looks at a bounded part of the line, in a time that is linear in it. */
  placeOf(line: Buffer): Place;
  /** Whether the lines since the last that began are a stack trace. */
  readonly isTrace: boolean;
}
