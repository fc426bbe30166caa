import { FakeCloudWatch, type FakeCloudWatchOptions } from "./fake-cloudwatch.js";

/** What `runFakeCloud` takes. */
export interface RunFakeCloudOptions extends FakeCloudWatchOptions {
  /** Stops the server. */
  readonly signal: AbortSignal;
  /** Called once, when the server listens. */
  readonly onListening?: (cloud: FakeCloudWatch) => void;
}

/** Runs the stand-in until the signal aborts; resolves when the port is free again. Rejects as FakeCloudWatch.start does. */
export async function runFakeCloud({ signal, onListening, ...options }: RunFakeCloudOptions): Promise<void> {
  const cloud = await FakeCloudWatch.start(options);
  try {
    onListening?.(cloud);
    await aborted(signal);
  } finally {
    await cloud.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
