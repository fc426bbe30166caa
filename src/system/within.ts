import type { Clock } from "./clock.js";

/**
 * What `work` resolves with, or undefined when `ms` have passed before; what it comes to afterwards is nobody's matter any more.
 * Rejects with what `work` rejects with in time. Keeps the process alive meanwhile.
 */
export function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(undefined), true);
    work.then(resolve, reject).finally(cancel);
  });
}
