/**
 * How a list that somebody else has changed goes together with what was read of it.
 *
 *     read      a b c d e
 *     the list      c d e f g     somebody took two from its front: `taken` is 2, and the rest is as it was
 *     the list  a b c             somebody took from its end:       `kept` is 3, and what follows is new
 */
export interface Alignment {
  /** Elements that are gone from the front. */
  readonly taken: number;
  /** Of what was read, the elements behind those that stand at the front of the list now, in the same order. */
  readonly kept: number;
}

/** `list` begins with the first element of the list, and has at least as many elements as were read, if the list has. */
export function align(read: readonly number[], list: readonly number[]): Alignment {
  if (list.length === 0) {
    return { taken: read.length, kept: 0 };
  }
  const kept = endThatBegins(read, list);
  return kept > 0 ? { taken: read.length - kept, kept } : { taken: 0, kept: commonStart(read, list) };
}

/** The length of the longest end of `read` with which `list` begins: the algorithm of Knuth, Morris and Pratt. */
function endThatBegins(read: readonly number[], list: readonly number[]): number {
  const border = [0];
  for (let i = 1, length = 0; i < list.length; i++) {
    while (length > 0 && list[i] !== list[length]) length = border[length - 1]!;
    if (list[i] === list[length]) length++;
    border.push(length);
  }
  let matched = 0;
  for (const print of read) {
    if (matched === list.length) matched = border[matched - 1]!;
    while (matched > 0 && print !== list[matched]) matched = border[matched - 1]!;
    if (print === list[matched]) matched++;
  }
  return matched;
}

function commonStart(read: readonly number[], list: readonly number[]): number {
  const differs = read.findIndex((print, index) => print !== list[index]);
  return differs < 0 ? read.length : differs;
}
