/** What is asked of each logger: the two records, and the calls that are something else. */
import { type RecordKind, type RecordName, records } from "../lib/records.js";

/** `disabled`: below the level. `make-child`: a child is made, and not used. `child`: a child that is there logs. */
type Way = "log" | "disabled" | "make-child" | "child";

export interface Shape extends RecordKind {
  readonly label: string;
  readonly way: Way;
  /** Of the calls, those that are made: the journal and the other loggers' memory hold only so much. */
  readonly share: number;
}

export type ShapeName = RecordName | "disabled" | "make-child" | "child" | "error" | "deep" | "64-KB";

/** What a child adds. */
export const BINDINGS = { module: "cart", region: "eu-central-1" };

const ERRORS = 16;
const DEEP_LEVELS = 10;
const LONG_CHARS = 65_536;

const small = records.small;

/** Made ahead, with their stacks: making them costs all loggers the same, and more than logging them. */
const errors = Array.from({ length: ERRORS }, (_, n) => {
  const error = new Error(`the gateway refused order ${n}`);
  return error.stack === undefined ? new Error("an error without a stack") : error;
});
const long = records["900-byte"].text(0).repeat(LONG_CHARS).slice(0, LONG_CHARS);

function deep(levels: number, i: number): Record<string, unknown> {
  const here = { level: levels, name: "node", tags: ["a", "b"], ok: true, sum: i };
  return levels === 0 ? here : { ...here, inner: deep(levels - 1, i) };
}

export const shapes: Readonly<Record<ShapeName, Shape>> = {
  "900-byte": { ...records["900-byte"], label: "900-byte record", way: "log", share: 1 },
  small: { ...small, label: "small record", way: "log", share: 1 },
  disabled: { ...small, label: "a level that is off", way: "disabled", share: 1 },
  "make-child": { ...small, label: "child()", way: "make-child", share: 1 },
  child: { ...small, label: "a small record by a child", way: "child", share: 1 },
  error: {
    text: () => "payment failed",
    metadata: (i) => errors[i % ERRORS] as unknown as Record<string, unknown>,
    label: "an Error with its stack",
    way: "log",
    share: 1,
  },
  deep: {
    text: () => "state",
    metadata: (i) => deep(DEEP_LEVELS, i),
    label: "an object 10 levels deep",
    way: "log",
    share: 1,
  },
  "64-KB": { text: () => long, metadata: small.metadata, label: "a text of 64 KB", way: "log", share: 0.05 },
};

/** What has a table of its own with every contender; the others are asked of dragonlog and pino. */
export const RECORDS: readonly ShapeName[] = ["900-byte", "small"];
