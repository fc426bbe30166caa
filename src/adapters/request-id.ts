/** Where another logger's record holds the request id. */
import { refuseValue } from "../system/refusal.js";

/** The names that lead to a member: `["req", "id"]`. */
export type MemberPath = readonly string[];

/** A name, with dots between the names of members of members; or several, of which the first that is there counts. */
export type RequestIdOption = string | readonly string[];

const DEFAULT: RequestIdOption = ["request_id", "reqId", "req.id"];

/** Throws DRAGONLOG_OPTION_INVALID. */
export function requestIdPaths(option: RequestIdOption | undefined, source: string): MemberPath[] {
  const names = option === undefined ? DEFAULT : typeof option === "string" ? [option] : option;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string" && name !== "")) {
    throw refuseValue(`requestId of ${source}`, option, "a name or several");
  }
  return names.map((name: string) => name.split("."));
}

export function memberAt(value: unknown, path: MemberPath): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** Texts and counting numbers. */
export function isRequestId(value: unknown): boolean {
  return (
    (typeof value === "string" && value !== "") || (Number.isSafeInteger(value) && (value as number) >= 0)
  );
}
