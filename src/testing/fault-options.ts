/** Which options each kind of fault takes, and their ranges; and faults as JSON, as they come over HTTP. */
import { refuseValue } from "../system/refusal.js";
import { credentialErrors } from "./aws-error.js";
import type { Fault } from "./faults.js";
import { pageEventsMax, putEventsMax } from "./limits.js";
import { integerIn, oneOf, refuseUnknown } from "./options.js";

const scopeOptions = ["kind", "operation", "group", "stream", "calls", "probability", "seed", "when"];
const ownOptions: Readonly<Record<Fault["kind"], readonly string[]>> = {
  latency: ["ms", "msMax"],
  reject: ["tooOldEndIndex", "expiredEndIndex", "tooNewStartIndex"],
  "short-page": ["eventsMax"],
  "skewed-date": ["ms"],
  throttle: [],
  unavailable: ["status"],
  hang: [],
  cut: [],
  "store-then-hang": [],
  "store-then-cut": [],
  deny: [],
  credentials: ["error"],
  poison: ["message"],
};

/** A day: longer than any client waits. */
const latencyMsMax = 86_400_000;
/** A year. */
const skewMsMax = 365 * 86_400_000;
const callsMax = 1_000_000_000;

/** Refuses what `FaultPlan.add` cannot take, by name. */
export function checkFault(fault: Fault): void {
  const kind = oneOf("The fault's kind", fault.kind, Object.keys(ownOptions) as Fault["kind"][]);
  refuseUnknown(`The fault "${kind}"`, fault, [...scopeOptions, ...ownOptions[kind]]);
  checkScope(fault);
  if (fault.kind === "latency") {
    integerIn("ms", fault.ms, 0, latencyMsMax);
    if (fault.msMax !== undefined) integerIn("msMax", fault.msMax, fault.ms, latencyMsMax);
  } else if (fault.kind === "skewed-date") {
    integerIn("ms", fault.ms, -skewMsMax, skewMsMax);
  } else if (fault.kind === "reject") {
    const indexes = ownOptions.reject.map((name) => [name, fault[name as keyof typeof fault]] as const);
    const given = indexes.filter(([, index]) => index !== undefined);
    if (given.length === 0)
      throw refuseValue("The fault's index", undefined, `at least one of ${ownOptions.reject}`);
    for (const [name, index] of given) integerIn(name, index, 0, putEventsMax);
  } else if (fault.kind === "short-page" && fault.eventsMax !== undefined) {
    integerIn("eventsMax", fault.eventsMax, 0, pageEventsMax);
  } else if (fault.kind === "unavailable" && fault.status !== undefined) {
    integerIn("status", fault.status, 500, 599);
  } else if (fault.kind === "credentials" && fault.error !== undefined) {
    oneOf("error", fault.error, Object.keys(credentialErrors));
  } else if (fault.kind === "poison") {
    const { message } = fault;
    const known = typeof message === "string" || typeof message === "function" || message instanceof RegExp;
    if (!known || message === "")
      throw refuseValue("message", message, "a text, an expression or a predicate");
  }
}

function checkScope({ calls, probability, seed, when, ...names }: Fault): void {
  for (const name of ["operation", "group", "stream"] as const) {
    const value = names[name];
    if (value !== undefined && typeof value !== "string") throw refuseValue(name, value, "a name");
  }
  if (calls !== undefined) integerIn("calls", calls, 1, callsMax);
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw refuseValue("probability", probability, "a number from 0 to 1");
  }
  if (seed !== undefined) integerIn("seed", seed, 0, 0xffff_ffff);
  if (when !== undefined && typeof when !== "function") throw refuseValue("when", when, "a predicate");
}

/** A fault from JSON. `pattern` stands for an expression where code would give `message` a RegExp. */
export function faultFromJson(value: unknown): Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuseValue("The fault", value, "an object with a kind");
  }
  const { pattern, ...fault } = value as Record<string, unknown>;
  if (pattern === undefined) return fault as unknown as Fault;
  try {
    return { ...fault, message: new RegExp(String(pattern), "u") } as unknown as Fault;
  } catch {
    throw refuseValue("pattern", pattern, "a regular expression");
  }
}
