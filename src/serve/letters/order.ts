/** The body of a request to send again or to drop, strictly: what is not understood is refused, and nothing is done. */

import { invalid } from "../answers.js";
import type { DeadLetterOrder } from "../api.js";

const KEYS_MAX = 1000;
const MEMBERS = ["keys", "reason", "service", "all", "dryRun"];

/** Throws with the name of the first member that is not as it should be. */
export function orderOf(body: string): DeadLetterOrder {
  const members = objectOf(body);
  const unknown = Object.keys(members).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) {
    throw invalid(
      `there is no member ${JSON.stringify(unknown.slice(0, 100))}`,
      `It takes ${MEMBERS.join(", ")}.`,
    );
  }
  const { keys, reason, service, all, dryRun } = members;
  require(keys === undefined || areKeys(keys), "keys", `a list of 1 to ${KEYS_MAX} texts`);
  require(reason === undefined || isText(reason), "reason", "a text that is not empty");
  require(service === undefined || isText(service), "service", "a text that is not empty");
  require(all === undefined || all === true, "all", "true, or left out");
  require(dryRun === undefined || typeof dryRun === "boolean", "dryRun", "true or false");
  require(all === undefined || keys === undefined, "all", "left out where keys are named");
  if ([keys, reason, service, all].every((member) => member === undefined)) {
    throw invalid("it is not said which letters", "Name keys, a reason or a service, or say all.");
  }
  return members as DeadLetterOrder;
}

function objectOf(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("the request is no JSON object", 'Such as {"reason":"invalid","dryRun":true}.');
  }
  return value as Record<string, unknown>;
}

function areKeys(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= KEYS_MAX && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function require(holds: boolean, name: string, expected: string): void {
  if (!holds) throw invalid(`${name} is not as it should be`, `It takes ${expected}.`);
}
