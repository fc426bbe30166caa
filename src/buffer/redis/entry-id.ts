/** Ids of a stream's entries, `<ms>-<n>`: they rise. */

export const FIRST = "0-0";

/** Below 0 when `a` comes before `b`. */
export function compareIds(a: string, b: string): number {
  const [aMs, aN] = partsOf(a);
  const [bMs, bN] = partsOf(b);
  return aMs - bMs || aN - bN;
}

/** The least id behind it. */
export function idBehind(id: string): string {
  const [ms, n] = partsOf(id);
  return `${ms}-${n + 1}`;
}

/** When it was put there, by the clock of the server. */
export function putMs(id: string): number {
  return partsOf(id)[0];
}

function partsOf(id: string): [ms: number, n: number] {
  const [ms, n] = id.split("-");
  return [Number(ms), Number(n)];
}
