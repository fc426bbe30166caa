/** What a cloud that fails and processes that die do, whatever stands between applications and shippers. */
import type { Outcome } from "./harness/outcome.js";
import type { Watch } from "./harness/scene.js";
import { FULL, type Shape } from "./harness/shape.js";
import { backlog } from "./scenarios/backlog.js";
import { denied } from "./scenarios/denied.js";
import { killApplication } from "./scenarios/kill-application.js";
import { killShipper } from "./scenarios/kill-shipper.js";
import { lostAnswers } from "./scenarios/lost-answers.js";
import { outage } from "./scenarios/outage.js";
import { poison } from "./scenarios/poison.js";

export interface Scenario {
  readonly title: string;
  readonly play: (shape: Shape, watch?: Watch) => Promise<Outcome>;
  /** Played by the script. */
  readonly full: Shape;
  /** Played by `npm test`, where it is not `SCALED_DOWN` as it stands. */
  readonly scaledDown?: Partial<Shape>;
}

/** By the name that the script takes. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  errors: {
    title: "every batch is answered with 500",
    play: outage({ kind: "unavailable", status: 500 }),
    full: { ...FULL, faultMs: 20_000 },
  },
  throttling: {
    title: "every batch is throttled",
    play: outage({ kind: "throttle" }),
    full: { ...FULL, faultMs: 60_000 },
  },
  hanging: {
    title: "no batch is answered",
    play: outage({ kind: "hang" }),
    full: { ...FULL, faultMs: 20_000 },
    scaledDown: { faultMs: 5000 },
  },
  "lost-answers": {
    title: "5 % of the answers are lost after storing",
    play: lostAnswers("off"),
    full: { ...FULL, faultMs: 0 },
  },
  "lost-answers-verified": {
    title: "5 % of the answers are lost after storing, and looked up",
    play: lostAnswers("verify"),
    full: { ...FULL, faultMs: 0 },
  },
  "kill-application": {
    title: "SIGKILL of the application",
    play: killApplication,
    full: { ...FULL, faultMs: 5000 },
    scaledDown: { faultMs: 700 },
  },
  "kill-shipper": {
    title: "SIGKILL of the shipper, again and again",
    play: killShipper("off"),
    full: { ...FULL, faultMs: 2000 },
    scaledDown: { faultMs: 300, latencyMs: 150 },
  },
  "kill-shipper-verified": {
    title: "SIGKILL of the shipper, again and again, and what was in flight is looked up",
    play: killShipper("verify"),
    full: { ...FULL, faultMs: 2000 },
    scaledDown: { faultMs: 300, latencyMs: 150 },
  },
  poison: {
    title: "one record is refused for good",
    play: poison,
    full: { ...FULL, records: 10_000, faultMs: 0 },
  },
  denied: {
    title: "one stream among several is denied",
    play: denied,
    full: { ...FULL, faultMs: 0 },
  },
  backlog: {
    title: "a large backlog is drained with the memory of a small one",
    play: backlog,
    full: { ...FULL, records: 1_000_000, faultMs: 0 },
    scaledDown: { records: 100_000 },
  },
};
