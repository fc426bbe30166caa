import { messageOf } from "../system/errors.js";

/** The members of an object that can be read, in their places; in place of others, why not. Throws where there are none to see. */
export function readable(object: object): Record<string, unknown> {
  const members: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(object)) {
    try {
      const value = (object as Record<string, unknown>)[name];
      members[name] = name === "service" && value !== undefined && value !== null ? String(value) : value;
    } catch (error) {
      if (name !== "service") members[name] = `[Threw: ${messageOf(error)}]`;
    }
  }
  return members;
}
