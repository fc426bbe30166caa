/** What is asked for again and again while somebody looks at the page, and rests while its tab is hidden. */
import { useEffect, useState } from "preact/hooks";
import { getJson } from "./api.js";

export interface Polled<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why there is no newer one. */
  readonly error: unknown;
  /** Asks at once. */
  readonly refresh: () => void;
}

/** When what has failed is asked again at the latest. */
const RETRY_MS = 5000;

/** Asks again every so many ms, or, where it is given, when `when` is another value than before. Without a path nothing is asked. */
export function usePolled<T>(path: string | undefined, everyMs: number, when?: unknown): Polled<T> {
  const [state, setState] = useState<{ value: T | undefined; error: unknown }>({
    value: undefined,
    error: undefined,
  });
  const [turn, setTurn] = useState(0);
  // `turn` starts it anew.
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      let nextMs = everyMs;
      if (!document.hidden) {
        try {
          const value = await getJson<T>(path, stop.signal);
          if (stop.signal.aborted) return;
          setState({ value, error: undefined });
        } catch (error) {
          if (stop.signal.aborted) return;
          setState((before) => ({ value: before.value, error }));
          nextMs = Math.min(everyMs, RETRY_MS);
        }
      }
      if (Number.isFinite(nextMs)) timer = setTimeout(look, nextMs);
    };
    const shown = (): void => {
      if (!document.hidden) void look();
    };
    document.addEventListener("visibilitychange", shown);
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [path, everyMs, when, turn]);
  return { ...state, refresh: () => setTurn((before) => before + 1) };
}
