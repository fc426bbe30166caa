/** What the cloud is like, phase after phase; after the last phase it is fair. */
import type { FailureCause } from "../../../src/sink/sink.js";
import type { Chance } from "./chance.js";

export const WEATHERS = [
  "fair",
  "throttled",
  "unavailable",
  "credentials",
  "denied",
  "timeouts",
  "cuts",
  "defects",
  "changing",
] as const;
export type Weather = (typeof WEATHERS)[number];

export interface Phase {
  readonly weather: Weather;
  readonly ms: number;
}

/** What becomes of one request. */
export type Luck =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly cause: FailureCause }
  /** The answer never comes. `stored`: the request is carried out all the same; `late`: after the client gave up. */
  | {
      readonly kind: "lost";
      readonly cause: "timeout" | "network";
      readonly stored: boolean;
      readonly late: boolean;
    }
  /** The sink itself fails. */
  | { readonly kind: "defect" };

const ANSWERED: Luck = { kind: "answered" };

/** Lost answers by far the most often belong to requests that were on their way; half of them are carried out. */
const STORED_SHARE = 0.5;
const LATE_SHARE = 0.3;

export function weatherAt(phases: readonly Phase[], sinceStartMs: number): Weather {
  let end = 0;
  for (const { weather, ms } of phases) {
    end += ms;
    if (sinceStartMs < end) return weather;
  }
  return "fair";
}

/** `denied` holds for one destination only. */
export function luckIn(weather: Weather, isDenied: boolean, chance: Chance): Luck {
  switch (weather) {
    case "fair":
      return ANSWERED;
    case "denied":
      return isDenied ? { kind: "refused", cause: "denied" } : ANSWERED;
    case "timeouts":
      return chance.happens(0.7) ? lost("timeout", chance) : ANSWERED;
    case "cuts":
      return chance.happens(0.7) ? lost("network", chance) : ANSWERED;
    case "defects":
      return chance.happens(0.5) ? { kind: "defect" } : ANSWERED;
    case "changing":
      return luckIn(WEATHERS[chance.between(0, WEATHERS.length - 2)]!, isDenied, chance);
    default:
      return { kind: "refused", cause: weather };
  }
}

function lost(cause: "timeout" | "network", chance: Chance): Luck {
  const stored = chance.happens(STORED_SHARE);
  return { kind: "lost", cause, stored, late: stored && chance.happens(LATE_SHARE) };
}
