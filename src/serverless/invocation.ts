/** What AWS Lambda hands to a handler, and the forms in which a handler answers. */
import type { LogContext } from "../context/with-context.js";

/** What is looked at of the context object. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface Invocation {
  /** Becomes the request id of each record. */
  readonly awsRequestId?: string;
  /** Milliseconds until the invocation is ended. */
  getRemainingTimeInMillis(): number;
}

type Callback = (error: unknown, result?: unknown) => void;

/** The context object: the second argument, or the third of a handler that streams. Undefined where there is none, as in a test. */
export function invocationIn(args: readonly unknown[]): Invocation | undefined {
  return args.find(
    (arg): arg is Invocation => typeof (arg as Invocation | null)?.getRemainingTimeInMillis === "function",
  );
}

/** What each record of an invocation gets. */
export function contextOf(invocation: Invocation | undefined): LogContext {
  return { request_id: invocation?.awsRequestId, xray_trace_id: xrayTraceId() };
}

/**
 * The root of the trace, by which X-Ray is searched; undefined where tracing is off.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
function xrayTraceId(): string | undefined {
  return /(?:^|;)Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? "")?.[1];
}

/**
 * What the handler comes to, in whichever form comes first: a value, a promise, or the call of the function that the runtime
 * passes last. Only for a handler with a parameter of its own for that is a later call waited for: nobody knows whether another
 * one, which has returned, will still make it.
 */
export function outcomeOf(handler: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  const call = handler as (...args: readonly unknown[]) => unknown;
  if (typeof args.at(-1) !== "function") {
    return call(...args);
  }
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) =>
      error === undefined || error === null ? resolve(result) : reject(error);
    const returned = call(...args.slice(0, -1), callback);
    if (typeof (returned as Promise<unknown> | undefined)?.then === "function") {
      (returned as Promise<unknown>).then(resolve, reject);
    } else if (handler.length < args.length) {
      resolve(returned);
    }
  });
}
