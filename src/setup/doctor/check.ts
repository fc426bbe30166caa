/** What `dragonlog doctor` says of one thing it has looked at. */
import { systemClock } from "../../system/clock.js";
import { messageOf } from "../../system/errors.js";

export type CheckState = "ok" | "warning" | "failed";

export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found, in a sentence without secrets. Foreign text may stand in it. */
  readonly message: string;
  /** What to do about it; undefined where nothing is to be done. */
  readonly advice?: string;
}

export function ok(name: string, message: string): Check {
  return { name, state: "ok", message };
}

export function warning(name: string, message: string, advice: string): Check {
  return { name, state: "warning", message, advice };
}

export function failed(name: string, message: string, advice: string): Check {
  return { name, state: "failed", message, advice };
}

/** What is shown of an error, and with which code. */
export function errorText(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const message = messageOf(error);
  return message === "" ? (code ?? "an error without a message") : message;
}

/**
 * The result of `work`, or `late()` when it has not come in `ms` or the signal is aborted: whatever is looked at may hang,
 * and the doctor must not. The work is told by its own signal; what goes on all the same ends with the process.
 */
export async function inTime<T>(
  ms: number,
  signal: AbortSignal,
  work: (ended: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const cancel = systemClock.after(ms, end, true);
  const isLate = new Promise<T>((resolve) => {
    ended.signal.addEventListener("abort", () => resolve(late()), { once: true });
  });
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([isLate, work(ended.signal)]);
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
  }
}
