/**
 * What one mail tells: any number of alerts about the same thing, as one. It is bounded whatever it stands for, because
 * figures are added up, names are kept up to a number, and of texts the last one stays.
 *
 * A notice is plain JSON, so that it can be kept from one process to the next.
 */
import type { Alert } from "./alert.js";

const PLACES_MAX = 5;
const TEXT_CHARACTERS_MAX = 1000;
const PLACE_CHARACTERS_MAX = 200;
const CAUSE_CHARACTERS_MAX = 60;

export interface Notice {
  /** All alerts as one: what can be added up is, and the rest is that of the last. */
  readonly alert: Alert;
  /** How many alerts it stands for. */
  readonly times: number;
  /** When the first and the last of them was told, in ms since 1970-01-01 UTC. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Destinations, services or causes, in order of appearance. */
  readonly places: readonly string[];
  /** Whether there were more places than are listed. */
  readonly morePlaces: boolean;
  /** When it was over, for an outage that began and ended before anybody was told. */
  readonly endedAtMs?: number;
}

export type Topic = string;

/**
 * What alerts have to have in common to be told in one mail. The outage of a sink is one thing, although it shows itself
 * now as a timeout and now as a broken connection; refusals need different people and are kept apart.
 */
export function topicOf(alert: Alert): Topic {
  switch (alert.kind) {
    case "dead-letters":
      return `${alert.kind}/${shorten(alert.reason, CAUSE_CHARACTERS_MAX)}`;
    case "outage":
    case "recovered":
      return `${alert.kind}/${shorten(alert.sink, PLACE_CHARACTERS_MAX)}`;
    case "refused":
      return refusalOf(alert.cause, alert.sink);
    case "drops":
      return `${alert.kind}/${shorten(alert.cause, CAUSE_CHARACTERS_MAX)}`;
    case "journal-space":
      return `${alert.kind}/${shorten(alert.service, CAUSE_CHARACTERS_MAX)}`;
    case "store-space":
      return `${alert.kind}/${alert.level}`;
    default:
      return alert.kind;
  }
}

const STANDING = /^(journal-space|dead-letter-space|expiring)(\/|$)/;

/** Whether it is seen again and again for as long as nobody does something. */
export function isStanding(topic: Topic): boolean {
  return STANDING.test(topic);
}

function refusalOf(cause: "credentials" | "denied", sink: string): Topic {
  return `refused/${cause}/${shorten(sink, PLACE_CHARACTERS_MAX)}`;
}

/**
 * The topics that it may end. A sink that answers says nothing of what it permits: of that only a destination that takes
 * records speaks, and for itself alone.
 */
export function endedBy({ sink, destination }: Extract<Alert, { kind: "recovered" }>): Topic[] {
  return [
    `outage/${shorten(sink, PLACE_CHARACTERS_MAX)}`,
    refusalOf("credentials", sink),
    ...(destination === undefined ? [] : [refusalOf("denied", sink)]),
  ];
}

/** The destinations that are refused, if it is that. */
export function refusedIn({ alert, places }: Notice): readonly string[] {
  return alert.kind === "refused" ? places : [];
}

/** Whether it lasts until a `recovered`. */
export function isCondition(alert: Alert): alert is Extract<Alert, { kind: "outage" | "refused" }> {
  return alert.kind === "outage" || alert.kind === "refused";
}

export function noticeOf(alert: Alert, nowMs: number): Notice {
  const place = placeOf(alert);
  return {
    alert: "detail" in alert ? { ...alert, detail: shorten(alert.detail, TEXT_CHARACTERS_MAX) } : alert,
    times: 1,
    firstAtMs: nowMs,
    lastAtMs: nowMs,
    places: place === undefined ? [] : [place],
    morePlaces: false,
  };
}

/** Both as one; they are of one topic. */
export function joinNotices(earlier: Notice, later: Notice): Notice {
  const places = [...new Set([...earlier.places, ...later.places])];
  return {
    alert: joinAlerts(earlier, later),
    times: earlier.times + later.times,
    firstAtMs: earlier.firstAtMs,
    lastAtMs: later.lastAtMs,
    places: places.slice(0, PLACES_MAX),
    morePlaces: earlier.morePlaces || later.morePlaces || places.length > PLACES_MAX,
    ...(later.endedAtMs === undefined ? {} : { endedAtMs: later.endedAtMs }),
  };
}

function joinAlerts(earlier: Notice, later: Notice): Alert {
  const [before, after] = [earlier.alert, later.alert];
  if (after.kind === "dead-letters" && before.kind === "dead-letters") {
    return {
      ...after,
      records: before.records + after.records,
      fromMs: Math.min(before.fromMs, after.fromMs),
      toMs: Math.max(before.toMs, after.toMs),
    };
  }
  if (after.kind === "drops" && before.kind === "drops") {
    return { ...after, records: before.records + after.records };
  }
  // A new outage after the end of one begins where it begins.
  if ("sinceMs" in after && "sinceMs" in before && earlier.endedAtMs === undefined) {
    return { ...after, sinceMs: Math.min(before.sinceMs, after.sinceMs) };
  }
  return after;
}

/** Where it was met, in words that fit into a notice. */
export function placeOf(alert: Alert): string | undefined {
  const place = wholePlaceOf(alert);
  return place === undefined ? undefined : shorten(place, PLACE_CHARACTERS_MAX);
}

function wholePlaceOf(alert: Alert): string | undefined {
  switch (alert.kind) {
    case "dead-letters":
    case "refused":
    case "recovered":
      return alert.destination && `${alert.destination.group} / ${alert.destination.stream}`;
    case "outage":
      return alert.cause;
    case "journal-space":
    case "drops":
      return alert.service;
    default:
      return undefined;
  }
}

function shorten(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax).toWellFormed()}…` : text;
}
