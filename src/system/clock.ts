/** The time, injectable. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls back after `ms`; the returned function cancels. Does not keep the process alive unless `keepAlive`. */
  after(ms: number, callback: () => void, keepAlive?: boolean): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback, keepAlive = false) {
    const timer = setTimeout(callback, ms);
    if (!keepAlive) {
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};
