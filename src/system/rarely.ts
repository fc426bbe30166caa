import { systemClock } from "./clock.js";

const TELL_INTERVAL_MS = 60_000;
/** Texts of others are among the topics; beyond so many it may be told again sooner. */
const TOPICS_MAX = 1000;

/** Tells, of what has one topic, the first in a minute. */
export function rarely<T extends readonly unknown[]>(
  tell: (...what: T) => void,
): (topic: string, ...what: T) => void {
  const toldAtMs = new Map<string, number>();
  return (topic, ...what) => {
    const now = systemClock.now();
    if (now - (toldAtMs.get(topic) ?? Number.NEGATIVE_INFINITY) >= TELL_INTERVAL_MS) {
      if (toldAtMs.size >= TOPICS_MAX) {
        toldAtMs.clear();
      }
      toldAtMs.set(topic, now);
      tell(...what);
    }
  };
}
