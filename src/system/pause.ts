import type { Clock } from "./clock.js";

/** Resolves after `ms`, or at once when the signal is aborted. Keeps the process alive meanwhile. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done, true);
    signal.addEventListener("abort", done);
  });
}
