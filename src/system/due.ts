/**
 * When a wait of `ms` that began at `sinceMs` is over, in ms since 1970-01-01 UTC. A clock that stands before the beginning
 * was set back meanwhile, perhaps by hours or years, and nobody knows how long has been waited: then it is over now.
 */
export function dueAtMs(sinceMs: number, ms: number, nowMs: number): number {
  return nowMs < sinceMs ? nowMs : sinceMs + ms;
}
