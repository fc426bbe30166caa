/** The shape of the load, the same for every contender. */

/**
 * A service logs while it handles requests: some records, then a pause of about a millisecond, in which streams may
 * write. Without the pause those that write later fall behind without bound, and what is measured is their memory.
 */
export const BURST_CALLS = 100;
/** Calls before the first measured one, so that the code is compiled and the files are open. */
export const WARM_UP_CALLS = 20_000;
/** And once without a turn: what a loop over a result set does. */
export const ONE_TURN_CALLS = 4000;
/** After this many calls the process kills itself. */
export const KILLED_CALLS = 5000;
/** A round trip per call takes so much longer that fewer calls give as good a figure. */
export const WAITING_CALLS_SHARE = 0.1;

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
