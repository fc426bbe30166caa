/**
 * What a killed process logs. Record `n` of a seed is the same here and there, so the test can say what each delivered
 * record must hold. Every record carries its number `n` in its metadata, beside the id that dragonlog gives it.
 */
import type { DragonLogger } from "../../../src/index.js";
import { drawBelow } from "./random.js";

/** What must be read back, as in the line's JSON. */
export interface ExpectedRecord {
  readonly data: unknown;
  readonly type: string;
  readonly request_id?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Shape {
  /** Of 1,000 records, about so many. */
  readonly share: number;
  readonly expected: (n: number) => ExpectedRecord;
  readonly log: (logger: DragonLogger, child: DragonLogger, record: ExpectedRecord) => void;
}

const BINDINGS = { pool: "kraken", shard: 7 };
const BODY = "the quick brown fox jumps over the lazy dog, ".repeat(20);
const FOREIGN = 'Grüße, 漢字, 🐉\u2028\u0000"\\ und \u00ff '.repeat(6);
const LARGE = "0123456789abcdef".repeat(6400);

const info: Shape["log"] = (logger, _, { data, metadata }) => logger.info(data, metadata);

const SHAPES: readonly Shape[] = [
  { share: 300, expected: (n) => ({ data: "tick", type: "INFO", metadata: { n } }), log: info },
  { share: 250, expected: (n) => ({ data: `${n} ${BODY}`, type: "INFO", metadata: { n } }), log: info },
  { share: 99, expected: (n) => ({ data: `${n} ${FOREIGN}`, type: "INFO", metadata: { n } }), log: info },
  {
    share: 150,
    expected: (n) => ({
      data: { user: n, tags: ["a", "ü"], nested: { at: null } },
      type: "WARN",
      metadata: { n },
    }),
    log: (logger, _, { data, metadata }) => logger.warn(data, metadata),
  },
  {
    share: 100,
    expected: (n) => ({ data: n, type: "AUDIT", request_id: `request-${n}`, metadata: { n, ok: true } }),
    log: (logger, _, record) => logger.log(record),
  },
  {
    share: 100,
    expected: (n) => ({ data: `by a child ${n}`, type: "ERROR", metadata: { ...BINDINGS, n } }),
    log: (_, child, { data, metadata }) => child.error(data, { n: metadata.n }),
  },
  { share: 1, expected: (n) => ({ data: `${n} ${LARGE}`, type: "INFO", metadata: { n } }), log: info },
];

const SHARES = SHAPES.flatMap((shape) => new Array<Shape>(shape.share).fill(shape));

function shapeOf(n: number, seed: number): Shape {
  return SHARES[drawBelow(SHARES.length, seed, n)]!;
}

export function expectedRecord(n: number, seed: number): ExpectedRecord {
  return shapeOf(n, seed).expected(n);
}

/** Logs record `n` on its way: through the logger, through its child, or with `log`. */
export function recordLogger(logger: DragonLogger, seed: number): (n: number) => void {
  const child = logger.child(BINDINGS);
  return (n) => {
    const shape = shapeOf(n, seed);
    shape.log(logger, child, shape.expected(n));
  };
}
