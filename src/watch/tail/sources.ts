/**
 * Where `tail` has its records from: the page of a shipper of this folder, which also knows what it has just delivered; else
 * the buffer itself.
 *
 *     a shipper has a page ──► ask it ──broken──► read the buffer ──a shipper has a page──► ask it …
 */
import type { BufferPlace } from "../../config/places.js";
import { openLive } from "../../live/live.js";
import { type LiveStep, stepOf } from "../../live/live-step.js";
import type { LiveRequest } from "../../live/query.js";
import { readReports } from "../../ship/report.js";
import type { Clock } from "../../system/clock.js";
import { DragonlogError } from "../../system/errors.js";
import { pause } from "../../system/pause.js";
import type { Notes } from "./notes.js";
import { type PageAddress, PageBroken, readPage } from "./page-client.js";
import type { Progress } from "./progress.js";

/** How often is looked whether a shipper has a page. */
const LOOK_MS = 1000;
/** How long a page that could not be read is not asked again. */
const AVOID_MS = 30_000;
/** Between two tries of the only page there is. */
const RETRY_MS = 1000;

export interface Sources {
  readonly buffer: BufferPlace;
  readonly lists: readonly string[];
  readonly progress: Progress;
  readonly notes: Notes;
  readonly clock: Clock;
  readonly take: (step: LiveStep) => Promise<void>;
}

interface LocalPage extends PageAddress {
  /** Tells the shippers apart that come and go. */
  readonly shipper: string;
}

/** The page that is named, and no other source. Rejects with DRAGONLOG_PAGE_UNREACHABLE when it was never reached. */
export async function readOnlyPage(
  page: PageAddress,
  { progress, notes, clock, take }: Sources,
  signal: AbortSignal,
): Promise<void> {
  for (let isOpen = false, wasOpen = false; !signal.aborted; isOpen = false) {
    const onOpen = (): void => {
      isOpen = true;
      if (wasOpen) notes.say(`${page.url} answers again`);
      wasOpen = true;
    };
    try {
      const request = progress.nextRequest(clock.now());
      await readPage(page, request, onOpen, take, signal, clock);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PageBroken)) throw error;
      if (!wasOpen || error.refusal !== undefined) throw refusalOf(page, error);
      if (isOpen) notes.say(`${page.url} gives no more records (${error.message}); it is asked again`);
      await pause(clock, RETRY_MS, signal);
    }
  }
}

function refusalOf({ url }: PageAddress, { refusal, message }: PageBroken): DragonlogError {
  const hint = "Look whether its shipper runs, and whether its page listens there: --listen.";
  return (
    refusal ?? new DragonlogError("DRAGONLOG_PAGE_UNREACHABLE", `${url} cannot be asked: ${message}`, hint)
  );
}

export async function readHere(sources: Sources, signal: AbortSignal): Promise<void> {
  const { progress, notes, clock, take } = sources;
  const avoided = new Map<string, number>();
  const findPage = (): LocalPage | undefined =>
    pagesIn(sources).find(({ shipper }) => (avoided.get(shipper) ?? 0) <= clock.elapsed());
  while (!signal.aborted) {
    const page = findPage();
    if (page !== undefined) {
      try {
        const said = `asks the shipper at ${page.url}`;
        await readPage(page, progress.nextRequest(clock.now()), () => notes.say(said), take, signal, clock);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof PageBroken)) throw error;
        if (!avoided.has(page.shipper)) {
          notes.say(
            `the shipper at ${page.url} gives no records (${error.message}); reads ${sources.buffer.dir}`,
          );
        }
        const untilMs = error.refusal === undefined ? clock.elapsed() + AVOID_MS : Number.POSITIVE_INFINITY;
        avoided.set(page.shipper, untilMs);
      }
    }
    const isDone = await readBuffer(sources, () => findPage() !== undefined, signal);
    if (isDone) return;
  }
}

/** True at the end of what was asked for; false when there is a better source. */
async function readBuffer(
  { buffer, lists, progress, clock, take }: Sources,
  isBetterThere: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const live = openLive({ buffer, lists, clock });
  const change = new AbortController();
  const watching = new AbortController();
  void watch(isBetterThere, clock, watching.signal).then((isThere) => isThere && change.abort());
  try {
    const request: LiveRequest = progress.nextRequest(clock.now());
    const ended = AbortSignal.any([signal, change.signal]);
    await new Promise<void>((resolve, reject) => {
      const send = (text: string): Promise<void> => {
        const taken = take(stepOf(text)!);
        taken.catch(reject);
        return taken;
      };
      live.view(request, { send, end: (error) => (error ? reject(error) : resolve()) }, ended);
    });
    return !change.signal.aborted;
  } finally {
    watching.abort();
    live.close();
  }
}

async function watch(isThere: () => boolean, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    await pause(clock, LOOK_MS, signal);
    if (signal.aborted) return false;
    if (isThere()) return true;
  }
}

/** With the key that a shipper of this machine leaves for its user. */
function pagesIn({ buffer: { dir } }: Sources): LocalPage[] {
  return readReports(dir).flatMap(({ page, process: { pid }, startedAt }) =>
    page === undefined
      ? []
      : [{ url: page.url, token: page.key, shipper: `${pid} ${startedAt} ${page.url}` }],
  );
}
