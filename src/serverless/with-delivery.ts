/**
 * AWS Lambda freezes a sandbox once its answer is there: timers stop, sockets die, and nobody says whether it will ever wake
 * again. So the answer waits for its records, and never so long that it comes too late itself.
 *
 *     handler ──settled──► flush, for min(wait, time left − reserve) ──► answer, and the sandbox freezes
 *                             └─ too slow ─► told; the records stay in the journal, and go with the next invocation
 */
import { withContext } from "../context/with-context.js";
import { DragonlogError } from "../system/errors.js";
import { rarely } from "../system/rarely.js";
import { contextOf, type Invocation, invocationIn, outcomeOf } from "./invocation.js";
import { type DeliveryOptions, type Parsed, parseDelivery } from "./options.js";

/** A handler whose answer is its callback's. All else is as with the other ones. */
export function withDelivery<Event, Context, Result>(
  handler: (
    event: Event,
    context: Context,
    callback: (error?: Error | string | null, result?: Result) => void,
  ) => undefined,
  options: DeliveryOptions,
): (event?: Event, context?: Context, callback?: unknown) => Promise<Result>;
/**
 * Wraps a handler of AWS Lambda: `(event, context)`, one that streams, `(event, responseStream, context)`, or one with a callback,
 * whose answer is then the promise's.
 *
 * Each record that is logged below it gets the invocation's id as its `request_id` and, where tracing is on, `xray_trace_id` in its
 * metadata. What the handler throws is logged and thrown again. The answer goes when everything logged is delivered, but at the
 * latest `wait` after the handler's end, and `reserve` before the end of the invocation's time. What is not delivered by then is
 * told to `onTrouble` and stays in the journal; the next invocation in this sandbox delivers it.
 *
 * Throws `DRAGONLOG_OPTION_UNKNOWN` and `DRAGONLOG_OPTION_INVALID`. What it returns rejects with what the handler throws, and
 * with nothing of its own.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler of plain JavaScript says nothing of its event.
export function withDelivery<Args extends any[], Result>(
  // biome-ignore lint/suspicious/noConfusingVoidType: so are the types of handlers that may have a callback.
  handler: (...args: Args) => Result | Promise<Result> | void,
  options: DeliveryOptions,
): (...args: Args) => Promise<Result>;
// biome-ignore lint/suspicious/noExplicitAny: a handler of plain JavaScript says nothing of its event.
export function withDelivery<Args extends any[], Result>(
  // biome-ignore lint/suspicious/noConfusingVoidType: so are the types of handlers that may have a callback.
  handler: (...args: Args) => Result | Promise<Result> | void,
  options: DeliveryOptions,
): (...args: Args) => Promise<Result> {
  const parsed = parseDelivery(options);
  const deliver = deliveryWith(parsed);
  const wrapped = async (...args: Args): Promise<Result> => {
    const invocation = invocationIn(args);
    try {
      return (await withContext(contextOf(invocation), () => logged(handler, args, parsed))) as Result;
    } finally {
      await deliver(invocation);
    }
  };
  // `awslambda.streamifyResponse` marks the function that it is given.
  return Object.assign(wrapped, handler);
}

async function logged(
  handler: (...args: never[]) => unknown,
  args: readonly unknown[],
  { logger, errors }: Parsed,
): Promise<unknown> {
  try {
    return await outcomeOf(handler, args);
  } catch (error) {
    if (errors) {
      logger.error(error);
    }
    throw error;
  }
}

/** What has everything delivered, as far as there is time for it. It never rejects. */
function deliveryWith(options: Parsed): (invocation: Invocation | undefined) => Promise<void> {
  const { logger, waitMs, reserveMs, onTrouble } = options;
  const tellRarely = rarely(onTrouble);
  const tell = (error: DragonlogError): void => {
    try {
      tellRarely(error.code, error);
    } catch {
      // Whoever is told must not end the invocation.
    }
  };
  let late = 0;
  return async (invocation) => {
    try {
      const leftMs = invocation === undefined ? waitMs : invocation.getRemainingTimeInMillis() - reserveMs;
      if (!(await logger.flush(Math.max(0, Math.min(waitMs, leftMs))))) {
        late++;
        tell(tooLate(late));
      }
    } catch (error) {
      tell(error as DragonlogError);
    }
  };
}

/** `invocations`: in this sandbox, so far. */
function tooLate(invocations: number): DragonlogError {
  const answers = invocations === 1 ? "An answer" : `${invocations} answers`;
  return new DragonlogError(
    "DRAGONLOG_DEADLINE_PASSED",
    `${answers} went before everything logged was delivered`,
    "The rest goes with the next invocation in this sandbox. If there is none, it is lost with the sandbox.",
  );
}
