/** The id of a request: the one it brings, if it can stand in a log and in a header, or a new one. */
import { randomId } from "../system/random.js";

const GIVEN = /^[\x20-\x7e]{1,200}$/;
const PROCESS_CHARS = 9;

/** Of this process, or worker thread; made when it is needed. */
let prefix: string | undefined;
let made = 0;

/** The id in a header's value, which is an array where a header that may stand once stands twice; undefined for none. */
export function givenId(value: unknown): string | undefined {
  return typeof value === "string" && GIVEN.test(value) ? value : undefined;
}

/** Letters and digits: some that are random for the process, and how many came before. */
export function newId(): string {
  prefix ??= randomId(PROCESS_CHARS);
  return `${prefix}${(made++).toString(36).padStart(3, "0")}`;
}
