/**
 * Makes of alerts what people can bear: the first of a topic goes out at once; what follows within `alertEveryMs` is
 * gathered into one notice, which goes out when that time has passed.
 *
 *     topic   quiet ──alert: sent──► counting ──alert──► counting, gathered
 *               ▲                       │                    │
 *               └──nothing was gathered─┘◄──── sent ─────────┘   each time alertEveryMs after the last time it was sent
 *
 * - While an outage lasts it is told again after twice the time, then four times, up to a day: people know, and a machine
 *   whose cron tries every minute would otherwise mail all night.
 * - What fills up or expires is seen at every look, for days; it is told once a day.
 * - An end (`recovered`) goes out at once if people were told of its outage, with what was gathered of it meanwhile, so
 *   there are at most two mails of an outage in `alertEveryMs`. If they were not, it is said in the mail that tells of
 *   the outage; if there was none, nobody is told: so it may be told after any first success. Each sink has outages of its
 *   own, and a refusal of several destinations ends with the last of them.
 * - When a topic was last sent is remembered for all processes (`memory.ts`), as is what could not be sent before the end.
 * - Memory is bounded: there are at most `TOPICS_MAX` topics and a few more, and each has one notice.
 */
import type { Clock } from "../system/clock.js";
import { messageOf as textOf } from "../system/errors.js";
import type { Alert, Alerts } from "./alert.js";
import type { ChannelName } from "./channel.js";
import type { AlertMemory, OpenOutage } from "./memory.js";
import {
  endedBy,
  isCondition,
  isStanding,
  joinNotices,
  type Notice,
  noticeOf,
  placeOf,
  refusedIn,
  type Topic,
  topicOf,
} from "./notice.js";
import type { Outbox, OutboxCounts } from "./outbox.js";

/** There are about a dozen; if causes were ever made from foreign text, the rest would share one topic of their kind. */
const TOPICS_MAX = 64;
const REMINDER_MS_MAX = 86_400_000;
const DOUBLINGS_MAX = 20;
/** Refused destinations of which it is known when the last is permitted; with more, the end is told sooner. */
const PLACES_REMEMBERED_MAX = 100;

export interface AlertCounts {
  /** Alerts that did not go out by themselves but were counted in a later message. */
  readonly gathered: number;
  readonly channels: Readonly<
    Partial<Record<ChannelName, Readonly<OutboxCounts> & { readonly waiting: number }>>
  >;
}

export interface OpenAlerts extends Alerts {
  readonly counts: AlertCounts;
  /** Sends what waits, for at most `deadlineMs`; what is left is kept for the next process. Never rejects. */
  close(deadlineMs: number): Promise<void>;
}

export interface AlerterOptions {
  readonly outboxes: readonly Outbox[];
  readonly alertEveryMs: number;
  readonly memory: AlertMemory;
  readonly clock: Clock;
  readonly onFailure: (message: string) => void;
}

interface Entry {
  notice: Notice | undefined;
  cancel: () => void;
}

export class Alerter implements OpenAlerts {
  readonly #options: AlerterOptions;
  readonly #topics = new Map<Topic, Entry>();
  #gathered = 0;
  #closed = false;

  /** Goes on where earlier processes ended. */
  constructor(options: AlerterOptions) {
    this.#options = options;
    this.#guard(() => this.#takeOver());
  }

  get counts(): AlertCounts {
    const { outboxes } = this.#options;
    return {
      gathered: this.#gathered,
      channels: Object.fromEntries(
        outboxes.map((outbox) => [outbox.name, { ...outbox.counts, waiting: outbox.waiting }]),
      ),
    };
  }

  tell(alert: Alert): void {
    this.#guard(() => {
      if (alert.kind === "recovered") this.#recovered(alert);
      else this.#add(this.#boundedTopicOf(alert), noticeOf(alert, this.#options.clock.now()));
    });
  }

  async close(deadlineMs: number): Promise<void> {
    const { outboxes, clock } = this.#options;
    this.#closed = true;
    const gathered = new Map<Topic, Notice>();
    for (const [topic, { notice, cancel }] of this.#topics) {
      cancel();
      if (notice !== undefined) gathered.set(topic, notice);
    }
    this.#topics.clear();
    const deadline = new AbortController();
    const cancelDeadline = clock.after(deadlineMs, () => deadline.abort());
    const unsent = await Promise.all(
      outboxes.map(async (outbox) => [outbox, await outbox.close(deadline.signal)] as const),
    );
    cancelDeadline();
    this.#guard(() => this.#keep(gathered, unsent));
  }

  #add(topic: Topic, notice: Notice): void {
    if (this.#closed) {
      this.#keep(new Map([[topic, notice]]), []);
      return;
    }
    const entry = this.#topics.get(topic);
    if (entry !== undefined) {
      this.#gathered += notice.times;
      entry.notice = entry.notice === undefined ? notice : joinNotices(entry.notice, notice);
      return;
    }
    this.#topics.set(topic, { notice, cancel: () => {} });
    if (!this.#sendIfDue(topic)) this.#gathered += notice.times;
  }

  /** Sends what was gathered of a topic unless it was sent, by whichever process, less than its distance ago. */
  #sendIfDue(topic: Topic): boolean {
    const { clock, memory } = this.#options;
    const now = clock.now();
    const entry = this.#topics.get(topic)!;
    const { sentAtMs, open } = memory.read();
    const sinceSentMs = now - (sentAtMs[topic] ?? Number.NEGATIVE_INFINITY);
    const distanceMs = this.#distanceMs(topic, open[topic]);
    // A time to come is that of a clock that has been set back since, and says nothing.
    if (sinceSentMs >= 0 && sinceSentMs < distanceMs) {
      this.#lookAgain(topic, entry, distanceMs - sinceSentMs);
      return false;
    }
    const notice = sinceItBegan(entry.notice!, open[topic]);
    entry.notice = undefined;
    const outage = openAfter(notice, open[topic]);
    this.#remember(topic, now, outage);
    this.#lookAgain(topic, entry, this.#distanceMs(topic, outage));
    this.#put(topic, notice);
    return true;
  }

  #distanceMs(topic: Topic, outage: OpenOutage | undefined): number {
    const { alertEveryMs } = this.#options;
    if (isStanding(topic)) {
      return Math.max(alertEveryMs, REMINDER_MS_MAX);
    }
    const doubled = alertEveryMs * 2 ** Math.min((outage?.told ?? 1) - 1, DOUBLINGS_MAX);
    return Math.max(alertEveryMs, Math.min(doubled, REMINDER_MS_MAX));
  }

  #remember(topic: Topic, now: number, outage: OpenOutage | undefined): void {
    this.#options.memory.change(({ sentAtMs, open }) => {
      for (const [other, otherSentAtMs] of Object.entries(sentAtMs)) {
        if (now - otherSentAtMs >= this.#distanceMs(other, open[other])) delete sentAtMs[other];
      }
      sentAtMs[topic] = now;
      if (outage !== undefined) open[topic] = outage;
    });
  }

  #lookAgain(topic: Topic, entry: Entry, ms: number): void {
    entry.cancel = this.#options.clock.after(ms, () =>
      this.#guard(() => {
        if (entry.notice === undefined) this.#topics.delete(topic);
        else this.#sendIfDue(topic);
      }),
    );
  }

  #recovered(alert: Extract<Alert, { kind: "recovered" }>): void {
    const { clock, memory } = this.#options;
    const now = clock.now();
    const { open } = memory.read();
    const place = placeOf(alert);
    const isElsewhere = (other: string): boolean => other !== place;
    const over = new Map<Topic, OpenOutage>();
    for (const topic of endedBy(alert)) {
      const entry = this.#topics.get(topic);
      const notice = entry?.notice;
      const outage = open[topic];
      const refused = [...(outage?.places ?? []), ...(notice === undefined ? [] : refusedIn(notice))];
      const goesOn = refused.some(isElsewhere);
      if (outage !== undefined && !goesOn) {
        over.set(topic, outage);
        memory.change((remembered) => void delete remembered.open[topic]);
      } else if (outage?.places.some((other) => !isElsewhere(other))) {
        const places = outage.places.filter(isElsewhere);
        memory.change(
          (remembered) => void Object.assign(remembered.open, { [topic]: { ...outage, places } }),
        );
      }
      if (notice === undefined) continue;
      // What was gathered of an outage whose end goes out now is the same outage; of any other, its end is still to be told.
      if (goesOn) entry!.notice = { ...notice, places: notice.places.filter(isElsewhere) };
      else entry!.notice = outage === undefined ? { ...notice, endedAtMs: now } : undefined;
    }
    if (over.size === 0) return;
    const sinceMs = Math.min(alert.sinceMs, ...[...over.values()].map((outage) => outage.sinceMs));
    const ofTheSink: typeof alert = { ...alert, sinceMs, destination: undefined };
    const end = endedBy(ofTheSink).some((topic) => over.has(topic)) ? ofTheSink : { ...alert, sinceMs };
    this.#put(topicOf(end), noticeOf(end, now));
  }

  #put(topic: Topic, notice: Notice): void {
    for (const outbox of this.#options.outboxes) outbox.put(topic, notice);
  }

  #boundedTopicOf(alert: Alert): Topic {
    const topic = topicOf(alert);
    return this.#topics.size < TOPICS_MAX || this.#topics.has(topic) || isCondition(alert)
      ? topic
      : `${alert.kind}/other`;
  }

  #takeOver(): void {
    const { memory, outboxes } = this.#options;
    const { gathered, unsent } = memory.read();
    if (Object.keys(gathered).length === 0 && Object.keys(unsent).length === 0) return;
    memory.change((remembered) => {
      for (const part of [remembered.gathered, remembered.unsent] as Record<string, unknown>[]) {
        for (const key of Object.keys(part)) delete part[key];
      }
    });
    for (const outbox of outboxes) {
      for (const [topic, notice] of Object.entries(unsent[outbox.name] ?? {})) outbox.put(topic, notice);
    }
    for (const [topic, notice] of Object.entries(gathered)) {
      this.#topics.set(topic, { notice, cancel: () => {} });
      this.#sendIfDue(topic);
    }
  }

  #keep(
    gathered: ReadonlyMap<Topic, Notice>,
    unsent: readonly (readonly [Outbox, ReadonlyMap<Topic, Notice>])[],
  ): void {
    const left = unsent.filter(([, notices]) => notices.size > 0);
    if (gathered.size === 0 && left.length === 0) return;
    const kept = this.#options.memory.change((remembered) => {
      keepIn(remembered.gathered, gathered);
      for (const [{ name }, notices] of left) {
        remembered.unsent[name] ??= {};
        keepIn(remembered.unsent[name], notices);
      }
    });
    if (kept) return;
    for (const { counts } of this.#options.outboxes) counts.dropped += gathered.size;
    for (const [{ counts }, notices] of left) counts.dropped += notices.size;
    this.#options.onFailure("alerts that could not be sent in time are lost");
  }

  /** A defect here must not reach whoever ships. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#options.onFailure(`alerts: ${textOf(error)}`);
    }
  }
}

/** A process that was started during an outage knows only its own part of it. */
function sinceItBegan(notice: Notice, outage: OpenOutage | undefined): Notice {
  const { alert } = notice;
  if (outage === undefined || !isCondition(alert)) return notice;
  return { ...notice, alert: { ...alert, sinceMs: Math.min(alert.sinceMs, outage.sinceMs) } };
}

/** What is known of the outage once the notice is sent; undefined when it is none, or over. */
function openAfter(notice: Notice, outage: OpenOutage | undefined): OpenOutage | undefined {
  const { alert, endedAtMs } = notice;
  if (!isCondition(alert) || endedAtMs !== undefined) return undefined;
  const { told = 0, places: before = [] } = outage ?? {};
  const places = [...new Set([...before, ...refusedIn(notice)])].slice(0, PLACES_REMEMBERED_MAX);
  return { sinceMs: alert.sinceMs, told: told + 1, places };
}

function keepIn(kept: Record<Topic, Notice>, notices: ReadonlyMap<Topic, Notice>): void {
  for (const [topic, notice] of notices) {
    const earlier = kept[topic];
    kept[topic] = earlier === undefined ? notice : joinNotices(earlier, notice);
  }
}
