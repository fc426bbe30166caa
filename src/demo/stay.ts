/** What goes on after `dragonlog demo --stay`: a shop with something for every view of the page, until Ctrl-C. */
import { systemClock } from "../system/clock.js";
import type { FakeCloudWatch } from "../testing/index.js";
import type { Children } from "./children.js";

/** Puts that are throttled now and then, and take their time, as in the cloud. */
const THROTTLED_SHARE = 0.01;
const LATENCY_MS_MAX = 150;
/** What the shop says once, and the stand-in refuses for a while. */
const REFUSED_TEXT = "a price list in a format that the destination refuses";
/** After that the refused record goes through when it is replayed: its cause is mended. */
const REFUSED_MS = 45_000;

export interface StayOptions {
  readonly journalDir: string;
  readonly cloud: FakeCloudWatch;
  readonly children: Children;
  /** Undefined when none is served. */
  readonly page: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Resolves when the signal is aborted. */
export async function stay({ journalDir, cloud, children, page, signal, say }: StayOptions): Promise<void> {
  const operation = "PutLogEvents";
  cloud.faults.add({ kind: "latency", operation, ms: 0, msMax: LATENCY_MS_MAX });
  cloud.faults.add({ kind: "throttle", operation, probability: THROTTLED_SHARE });
  const refused = cloud.faults.add({ kind: "poison", message: REFUSED_TEXT });
  const cancel = systemClock.after(REFUSED_MS, () => refused.clear());
  children.start(new URL("./shop.js", import.meta.url), [], {
    DEMO_JOURNAL_DIR: journalDir,
    DEMO_REFUSED_TEXT: REFUSED_TEXT,
  });
  const look = page ?? `no page could be served; dragonlog status --journal-dir ${journalDir}`;
  say(`\nA shop goes on logging, until Ctrl-C, which leaves nothing behind. To look at it: ${look}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  cancel();
}
