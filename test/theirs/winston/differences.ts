/**
 * How a record differs from what the mapping says, where it does: from the expected record, and what winston gave a transport, follows
 * the real one. Each has an entry of the same name in docs/from-other-loggers.md.
 */
import { types } from "node:util";
import type { Expected } from "../mapping.js";

/** What winston gives a transport. */
export interface Info {
  readonly level: string;
  /** What its last format has made of it. */
  readonly text: string | undefined;
  readonly info: Readonly<Record<PropertyKey, unknown>>;
}

type Difference = (expected: Expected, info: Info) => Expected;

export const differences: Readonly<Record<string, Difference>> = {
  "an Error as a value": (expected, { info }) =>
    withValues(expected, info, (value) => {
      if (!types.isNativeError(value)) return undefined;
      const { name, message, stack } = value;
      return { name, message, stack };
    }),
  "a value that JSON does not have": (expected, { info }) => {
    const said = withValues(expected, info, textOrParts);
    return { ...said, data: textOrParts(info.message) ?? said.data };
  },
  "a coloured level": ({ metadata, ...expected }) => {
    const { level, ...others } = metadata ?? {};
    return { ...expected, metadata: Object.keys(others).length === 0 ? undefined : others };
  },
};

function withValues(expected: Expected, info: Info["info"], change: (value: unknown) => unknown): Expected {
  const metadata: Record<string, unknown> = { ...expected.metadata };
  for (const [name, value] of Object.entries(info)) {
    const changed = name === "message" ? undefined : change(value);
    if (changed !== undefined) metadata[name] = changed;
  }
  return { ...expected, metadata: Object.keys(metadata).length === 0 ? undefined : metadata };
}

function textOrParts(value: unknown): unknown {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return `${value}`;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof RegExp) return `${value}`;
  if (value instanceof Date && Number.isNaN(value.getTime())) return "Invalid Date";
  if (typeof value === "function") return `[Function: ${value.name}]`;
  if (typeof value === "symbol") return value.toString();
  if (value instanceof Uint8Array) return { type: "Buffer", base64: Buffer.from(value).toString("base64") };
  return undefined;
}
