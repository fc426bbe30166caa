/**
 * What is logged below a function gets what the function was given, by Node's AsyncLocalStorage, which is loaded at the first
 * `withContext` of a process or worker thread; until then a log call looks at one variable.
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import { Context } from "./context.js";
import { readable } from "./readable.js";

/** What records get in a context: a request id of their own, and further members for their metadata. */
export interface LogContext {
  /** Left out, or null, it is the one of the context around. */
  readonly request_id?: string | null | undefined;
  readonly [name: string]: unknown;
}

let storage: AsyncLocalStorage<Context> | undefined;

/**
 * Calls `fn` and returns what it returns. Each record that is logged below it, through awaits, timers and whatever else was
 * begun there, by whatever logger, gets the context's `request_id`, if neither the call nor its logger names one, and the other
 * members as metadata, where what the call and its logger say themselves counts. A context within another adds to it;
 * undefined takes a member away. Members are read here, and put into text
 * once, when something is first logged.
 *
 * Throws what `fn` throws, and nothing for what `context` holds: what cannot be read is said in the records.
 */
export function withContext<T>(context: LogContext, fn: () => T): T {
  storage ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)<Context>();
  return storage.run(contextWithin(storage.getStore() ?? Context.NONE, context), fn);
}

/** The members of the context that this is called in, with those around it; undefined outside of any. */
export function currentContext(): LogContext | undefined {
  const members = activeContext()?.members;
  return members && Object.freeze(members);
}

/** What the logger adds to a record. */
export function activeContext(): Context | undefined {
  return storage === undefined ? undefined : storage.getStore();
}

function contextWithin(around: Context, given: LogContext): Context {
  try {
    return around.with(given ?? {});
  } catch {
    // A getter that throws must not end the application; what can be read is kept.
    try {
      return around.with(readable(given));
    } catch {
      return around.with({ context: given });
    }
  }
}
