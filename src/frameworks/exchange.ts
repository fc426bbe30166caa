/** One request, from its arrival to the end of its response: its id, its errors, and the one record that says how it went. */
import { AsyncResource } from "node:async_hooks";
import { messageOf } from "../system/errors.js";
import type { Parsed } from "./options.js";

/** What a framework says of a request when it has ended. */
export interface Ending {
  /** Undefined for one that was aborted before its response began. */
  readonly status: number | undefined;
  /** The pattern that it was routed by, such as `/users/:id`. */
  readonly route: string | undefined;
  /** Of its body; undefined where they are not known. */
  readonly bytes: number | undefined;
  readonly ip: string | undefined;
  /** The client went away, or the response was given up. */
  readonly aborted: boolean;
}

const STATUS_MIN = 400;
const STATUS_MAX = 599;
const SERVER_ERROR_MIN = 500;
const NONE = Symbol("none");

export class Exchange<Args extends unknown[]> {
  readonly id: string;
  readonly #options: Parsed<Args>;
  readonly #method: string;
  readonly #url: string;
  readonly #startMs = performance.now();
  #error: unknown = NONE;
  #ended = false;
  /** A response may end in the context of another one: see HTTP pipelining. */
  readonly #came = new AsyncResource("dragonlog.Exchange");

  constructor(id: string, options: Parsed<Args>, method: string, url: string) {
    this.id = id;
    this.#options = options;
    this.#method = method;
    this.#url = url;
  }

  /**
   * Logs an error that the request ended in, with its stack: as WARN where it has a `status` or `statusCode` from 400 to 499, or
   * else as ERROR. The same one twice, on its way through several handlers, is logged once. Never throws.
   */
  fail(error: unknown, route: string | undefined): void {
    if (error === this.#error) {
      return;
    }
    this.#error = error;
    const status = statusOf(error);
    this.#log({
      data: error,
      type: status < SERVER_ERROR_MIN ? "WARN" : "ERROR",
      request_id: this.id,
      metadata: { method: this.#method, route, path: this.#path(), status },
    });
  }

  /** Logs the access record, at the first call. Never throws: what a function of the options throws is said in the record. */
  end(ending: Ending, args: Args): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    this.#came.runInAsyncScope(() => this.#end(ending, args));
  }

  #end(ending: Ending, args: Args): void {
    const { skip, type, extra, ip } = this.#options;
    const failed: string[] = [];
    const asked = <Answer>(name: string, ask: () => Answer, otherwise: Answer): Answer => {
      try {
        return ask();
      } catch (error) {
        failed.push(`${name}: ${messageOf(error)}`);
        return otherwise;
      }
    };
    if (skip !== undefined && asked("skip", () => skip(...args), false)) {
      return;
    }
    const { status, route, bytes, aborted } = ending;
    const recordType = typeof type === "string" ? type : asked("type", () => type(status), "ACCESS");
    const further = extra && asked("extra", () => ({ ...extra(...args) }), undefined);
    const path = this.#path();
    this.#log({
      data: `${this.#method} ${route ?? path} ${aborted ? "aborted" : status}`,
      type: recordType,
      request_id: this.id,
      metadata: {
        method: this.#method,
        route,
        path,
        status,
        duration_ms: Math.round((performance.now() - this.#startMs) * 1000) / 1000,
        bytes,
        ip: ip ? ending.ip : undefined,
        aborted: aborted || undefined,
        ...further,
        options_failed: failed.length > 0 ? failed : undefined,
      },
    });
  }

  #path(): string {
    const query = this.#options.query ? -1 : this.#url.indexOf("?");
    return query < 0 ? this.#url : this.#url.slice(0, query);
  }

  #log(record: Parameters<Parsed<Args>["logger"]["log"]>[0]): void {
    try {
      this.#options.logger.log(record);
    } catch {
      // A DragonLogger does not throw, and one that stands in for it must not end the application.
    }
  }
}

function statusOf(error: unknown): number {
  try {
    const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
    const said = [status, statusCode].find((each) => Number.isInteger(each)) as number | undefined;
    return said !== undefined && said >= STATUS_MIN && said <= STATUS_MAX ? said : SERVER_ERROR_MIN;
  } catch {
    return SERVER_ERROR_MIN;
  }
}
