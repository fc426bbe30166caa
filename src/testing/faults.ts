/**
 * What the stand-in does wrong on command.
 *
 * A fault is armed with `add`, fires on the calls its scope matches, and is gone when its `calls` are used up or it is
 * cleared. On one call every matching latency counts, and of the other kinds the one that was armed first; the rest
 * keep their calls. So three throttles armed before two cuts give three throttles, then two cuts.
 */
import { refuseValue } from "../system/refusal.js";
import {
  AwsError,
  type CredentialError,
  credentialErrors,
  denied,
  invalidParameter,
  throttled,
  unavailable,
} from "./aws-error.js";
import { checkFault } from "./fault-options.js";
import type { Request } from "./members.js";

/** Which calls a fault fires on. Everything that is given must hold. */
export interface FaultScope {
  /** The operation, such as `PutLogEvents`. Default: all. */
  readonly operation?: string;
  /** The log group that the call names. Default: any, and calls that name none. */
  readonly group?: string;
  /** The log stream that the call names, in whatever group. Default: any, and calls that name none. */
  readonly stream?: string;
  /** How often it fires before it is gone. Default: until cleared. */
  readonly calls?: number;
  /** From 0 to 1: the share of matching calls it fires on. Default: 1. */
  readonly probability?: number;
  /** The seed of the chance above, an integer; the same seed fires on the same calls. Default: 1. */
  readonly seed?: number;
  /** Looks at the call itself. Not over HTTP. */
  readonly when?: (operation: string, request: Request) => boolean;
}

/** Calls wait before they are served. */
export interface LatencyFault extends FaultScope {
  /** Tells it from the others. */
  readonly kind: "latency";
  /** Milliseconds before the call is served. */
  readonly ms: number;
  /** When given, each call waits a random time from `ms` to this, from the fault's seed; calls then overtake each other. */
  readonly msMax?: number;
}

/** Reports events as skipped, and skips them, although their timestamps are fine; on PutLogEvents only. */
export interface RejectFault extends FaultScope {
  /** Tells it from the others. */
  readonly kind: "reject";
  /** Events before this index are too old. */
  readonly tooOldEndIndex?: number;
  /** Events before this index are expired. */
  readonly expiredEndIndex?: number;
  /** Events from this index on are too new. */
  readonly tooNewStartIndex?: number;
}

/**
 * A page of FilterLogEvents that holds less than there is, with a token to go on: AWS gives such pages, empty ones among
 * them, whenever its search takes long.
 */
export interface ShortPageFault extends FaultScope {
  /** Tells it from the others. */
  readonly kind: "short-page";
  /** The most events of the page. Default: 0, an empty page. */
  readonly eventsMax?: number;
}

/** The call is carried out, and the answer's Date header says another time than the clock of this machine. */
export interface SkewedDateFault extends FaultScope {
  /** Tells it from the others. */
  readonly kind: "skewed-date";
  /** Milliseconds that the header is ahead; negative: behind. */
  readonly ms: number;
}

/** What can go wrong with a call, by its `kind`. */
export type Fault =
  | LatencyFault
  | RejectFault
  | ShortPageFault
  | SkewedDateFault
  /** ThrottlingException with HTTP 400. */
  | (FaultScope & { readonly kind: "throttle" })
  /** A 5xx answer. Default status: 503. */
  | (FaultScope & { readonly kind: "unavailable"; readonly status?: number })
  /** No answer ever, nothing done. */
  | (FaultScope & { readonly kind: "hang" })
  /** The connection is cut, nothing done. */
  | (FaultScope & { readonly kind: "cut" })
  /** The call is carried out, and no answer comes. */
  | (FaultScope & { readonly kind: "store-then-hang" })
  /** The call is carried out, and the connection is cut in place of an answer. */
  | (FaultScope & { readonly kind: "store-then-cut" })
  /** AccessDeniedException. */
  | (FaultScope & { readonly kind: "deny" })
  /** The credentials are not taken. Default error: UnrecognizedClientException. */
  | (FaultScope & { readonly kind: "credentials"; readonly error?: CredentialError })
  /**
   * InvalidParameterException for every batch with an event whose message contains the text, matches the expression,
   * or satisfies the predicate; on PutLogEvents only.
   */
  | (FaultScope & {
      readonly kind: "poison";
      readonly message: string | RegExp | ((message: string) => boolean);
    });

/** A fault that waits for its calls. */
export interface ArmedFault {
  /** As it was given. */
  readonly fault: Fault;
  /** How often it has fired. */
  readonly fired: number;
  /** How often it will still fire; Infinity until it is cleared. */
  readonly left: number;
  /** Disarms it. */
  clear(): void;
}

/** The kinds that leave a call to its operation, which then answers as ordered. */
export type ServedFault = RejectFault | ShortPageFault | SkewedDateFault;

/** What happens to one call. */
export interface Effects {
  readonly latencyMs: number;
  readonly fault: Exclude<Fault, LatencyFault> | undefined;
}

const armedMax = 1000;

/** The faults of a stand-in: those that fit a call fire on it. */
export class FaultPlan {
  readonly #armed = new Set<Armed>();

  /** Arms a fault. Refuses unknown and out-of-range options by name. */
  add(fault: Fault): ArmedFault {
    checkFault(fault);
    if (this.#armed.size === armedMax)
      throw refuseValue("The number of armed faults", armedMax + 1, `at most ${armedMax}`);
    const armed = new Armed(fault, (gone) => this.#armed.delete(gone));
    this.#armed.add(armed);
    return armed;
  }

  /** What is armed, in the order in which it was. */
  list(): readonly ArmedFault[] {
    return [...this.#armed];
  }

  /** Disarms all. */
  clear(): void {
    for (const armed of this.#armed) armed.clear();
  }

  /** Decides on one call and counts what fires. */
  take(operation: string, request: Request): Effects {
    let latencyMs = 0;
    let chosen: Effects["fault"];
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind !== "latency" && chosen !== undefined) continue;
      if (!armed.fires(operation, request)) continue;
      if (fault.kind !== "latency") chosen = fault;
      else latencyMs += fault.ms + armed.random() * ((fault.msMax ?? fault.ms) - fault.ms);
    }
    return { latencyMs, fault: chosen };
  }
}

export function servedFault(fault: Effects["fault"]): ServedFault | undefined {
  switch (fault?.kind) {
    case "reject":
    case "short-page":
    case "skewed-date":
      return fault;
    default:
      return undefined;
  }
}

/** The answer that a fault gives in place of a result; undefined for the kinds that do not answer so. */
export function refusalOf(fault: Effects["fault"], operation: string): AwsError | undefined {
  switch (fault?.kind) {
    case "throttle":
      return throttled();
    case "unavailable":
      return unavailable(fault.status ?? 503);
    case "deny":
      return denied(operation);
    case "credentials": {
      const error = fault.error ?? "UnrecognizedClientException";
      return new AwsError(error, credentialErrors[error]);
    }
    case "poison":
      return invalidParameter("A log event in the request is not valid (ordered by a fault)");
    default:
      return undefined;
  }
}

class Armed implements ArmedFault {
  readonly fault: Fault;
  readonly random: () => number;
  fired = 0;
  left: number;
  readonly #remove: (armed: Armed) => void;

  constructor(fault: Fault, remove: (armed: Armed) => void) {
    this.fault = fault;
    this.left = fault.calls ?? Number.POSITIVE_INFINITY;
    this.random = randomFrom(fault.seed ?? 1);
    this.#remove = remove;
  }

  fires(operation: string, request: Request): boolean {
    const { fault } = this;
    if (fault.operation !== undefined && fault.operation !== operation) return false;
    if (fault.group !== undefined && fault.group !== request.logGroupName) return false;
    if (fault.stream !== undefined && fault.stream !== request.logStreamName) return false;
    if ((fault.kind === "reject" || fault.kind === "poison") && operation !== "PutLogEvents") return false;
    if (fault.kind === "short-page" && operation !== "FilterLogEvents") return false;
    if (fault.kind === "poison" && !holdsPoison(fault.message, request)) return false;
    if (fault.when !== undefined && !fault.when(operation, request)) return false;
    if (fault.probability !== undefined && this.random() >= fault.probability) return false;
    this.fired += 1;
    this.left -= 1;
    if (this.left === 0) this.#remove(this);
    return true;
  }

  clear(): void {
    this.left = 0;
    this.#remove(this);
  }
}

function holdsPoison(
  wanted: string | RegExp | ((message: string) => boolean),
  { logEvents }: Request,
): boolean {
  if (!Array.isArray(logEvents)) return false;
  return logEvents.some((event: { message?: unknown } | null) => {
    const message = event?.message;
    if (typeof message !== "string") return false;
    if (typeof wanted === "string") return message.includes(wanted);
    return typeof wanted === "function" ? wanted(message) : message.search(wanted) >= 0;
  });
}

/** Mulberry32: small, fast, and the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
