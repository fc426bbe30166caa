/**
 * The address says what is to be seen, so that a view can be shared and the back button works:
 *
 *     #/live?service=…&type=…&request_id=…&grep=…&where=…&last=…&from=…&to=…
 *     #/flow
 *     #/dead?reason=…&service=…
 */
import type { Query } from "../../src/live/query.js";

export interface LiveRoute extends Query {
  readonly view: "live";
  readonly last: number;
  /** The part of time that the list shows, in ms since 1970-01-01 UTC. */
  readonly range: Range | undefined;
}

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DeadRoute {
  readonly view: "dead";
  readonly reason: string | undefined;
  readonly service: string | undefined;
}

export type Route = LiveRoute | DeadRoute | { readonly view: "flow" };

const LAST = 1000;
const LAST_MAX = 20_000;

export const EVERYTHING: LiveRoute = { view: "live", last: LAST, range: undefined };

export function parseRoute(hash: string): Route {
  const [, path = "", search = ""] = /^#?\/?([^?]*)\??(.*)$/.exec(hash) ?? [];
  const parameters = new URLSearchParams(search);
  const text = (name: string): string | undefined => parameters.get(name) || undefined;
  if (path === "flow") return { view: "flow" };
  if (path === "dead") return { view: "dead", reason: text("reason"), service: text("service") };
  const last = Number(text("last") ?? LAST);
  const from = Number(text("from") ?? Number.NaN);
  const to = Number(text("to") ?? Number.NaN);
  return {
    view: "live",
    service: text("service"),
    type: text("type"),
    requestId: text("request_id"),
    grep: text("grep"),
    where: parameters.getAll("where").filter((where) => where !== ""),
    last: Number.isInteger(last) && last >= 0 && last <= LAST_MAX ? last : LAST,
    range: from < to ? { fromMs: from, toMs: to } : undefined,
  };
}

export function formatRoute(route: Route): string {
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== "") parameters.append(name, String(value));
  };
  if (route.view === "live") {
    for (const [name, value] of queryParameters(route)) add(name, value);
    if (route.last !== LAST) add("last", route.last);
    add("from", route.range?.fromMs);
    add("to", route.range?.toMs);
  } else if (route.view === "dead") {
    add("reason", route.reason);
    add("service", route.service);
  }
  const search = parameters.toString();
  return `#/${route.view}${search && `?${search}`}`;
}

/** A query by the names that its parameters have in the API and in addresses. */
export function queryParameters(query: Query): [name: string, value: string][] {
  const named = { service: query.service, type: query.type, request_id: query.requestId, grep: query.grep };
  return [
    ...Object.entries(named).filter((entry): entry is [string, string] => Boolean(entry[1])),
    ...(query.where ?? []).map((where): [string, string] => ["where", where]),
  ];
}

/** Goes to another view, or another state of this one; with `replace`, without a step for the back button. */
export function go(route: Route, replace = false): void {
  const hash = formatRoute(route);
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = hash;
}
