/** Values that are made to break encoders: each must become valid JSON, on one line, without an exception or a hang. */
const throwing = (): never => {
  throw new Error("no");
};
const symbolThrower = (): never => {
  throw Object.assign(new Error(), { message: Symbol("odd") });
};
const evilThrower = (): never => {
  throw new Proxy({}, new Proxy({}, { get: throwing }));
};

function circular(): unknown {
  const object: Record<string, unknown> = { list: [] };
  object.self = object;
  (object.list as unknown[]).push(object, { object });
  return object;
}

function deep(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "bottom";
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

/** Few objects, but 100 ** levels ways through them. */
function bomb(levels: number): unknown {
  let value: unknown = "boom";
  for (let i = 0; i < levels; i++) value = Array.from({ length: 100 }, () => value);
  return value;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function endless(): object {
  return { toJSON: endless };
}

class Account {
  readonly #secret = 1;
  name = "x\ny";
  get computed(): number {
    return this.#secret;
  }
}

const errorWithAll = Object.assign(new Error("top\n", { cause: new TypeError("cause", { cause: "root" }) }), {
  code: "E_X",
  detail: { a: 1n },
  list: [new Error("inner")],
});

export const HOSTILE: Readonly<Record<string, unknown>> = {
  circular: circular(),
  "circular error": Object.assign(new Error("x"), {
    get self() {
      return this;
    },
  }),
  bigint: 2n ** 100n,
  "boxed bigint": Object(1n),
  "boxed symbol": Object(Symbol("s")),
  "boxed string": Object("a\nb"),
  "boxed number": Object(Number.NaN),
  "boxed boolean": Object(false),
  map: new Map<unknown, unknown>([
    ["a\n", 1],
    ["b", new Map()],
  ]),
  "map with other keys": new Map<unknown, unknown>([
    [{}, 1],
    [Symbol("k"), 2],
    [undefined, 3],
  ]),
  "map with throwing values": new Map([
    [
      "a",
      {
        get b() {
          return throwing();
        },
      },
    ],
  ]),
  "map that lies": Object.assign(new Map([["a", 1]]), { [Symbol.iterator]: throwing }),
  "proxy of a map": new Proxy(new Map([["a", 1]]), {}),
  set: new Set([1, "\u2028", new Set()]),
  error: errorWithAll,
  "aggregate error": new AggregateError([new Error("one"), "two", 3n], "many"),
  "error with a throwing message": Object.defineProperty(new Error("x"), "message", { get: throwing }),
  "error with odd parts": Object.assign(new Error("x"), {
    message: 5n,
    name: Symbol("n"),
    stack: { toString: throwing },
    code: new Map(),
  }),
  "error without a prototype chain": Object.create(Error.prototype),
  "throwing toJSON": { toJSON: throwing },
  "toJSON that throws oddly": { toJSON: symbolThrower },
  "toJSON that throws what throws": { a: { toJSON: evilThrower }, b: 1 },
  "toJSON that returns itself": {
    toJSON() {
      return this;
    },
  },
  "toJSON without end": endless(),
  "toJSON that is no function": { toJSON: 5 },
  "toJSON that returns nothing": [{ toJSON() {} }],
  "proxy that throws": new Proxy({}, new Proxy({}, { get: throwing })),
  "proxy that throws oddly": { a: new Proxy({}, new Proxy({}, { get: evilThrower })) },
  "proxy of a function": new Proxy(() => {}, new Proxy({}, { get: throwing })),
  "proxy with keys that are not there": new Proxy(
    {},
    { ownKeys: () => ["a", "b"], getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }) },
  ),
  "revoked proxy": revoked(),
  "revoked proxy within": { a: [revoked()], b: 1 },
  "lone surrogates": { "\ud800": "\udc00 \ud83d", list: ["\udfff", "\ud83d\ude00"] },
  "control bytes": Array.from({ length: 33 }, (_, code) => String.fromCharCode(code)).join(""),
  "line separators": "\u2028\u2029\u0085\ufeff\u007f",
  function: throwing,
  "function with an odd name": Object.defineProperty(() => {}, "name", { value: { toString: throwing } }),
  class: Account,
  "class instance": new Account(),
  symbol: Symbol("a\n\ud800"),
  undefined: undefined,
  null: null,
  "negative zero": -0,
  infinity: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  "deep lists": deep(10_000, (inner) => [inner]),
  "deep objects": deep(10_000, (inner) => ({ inner })),
  "deep errors": deep(10_000, (cause) => new Error("x", { cause })),
  "deep maps": deep(10_000, (inner) => new Map([["inner", inner]])),
  "a bomb": bomb(6),
  "a bomb of objects": { a: bomb(12), b: 1 },
  "a bomb of maps": new Map([["a", bomb(12)]]),
  "long text": "x\n".repeat(5_000_000),
  "long text within": { text: "ä".repeat(5_000_000) },
  "typed arrays": [
    new Uint8Array([1, 255]),
    new Float64Array([Number.NaN]),
    new BigInt64Array(2),
    new DataView(new ArrayBuffer(3)),
  ],
  "array buffers": [new ArrayBuffer(3), new SharedArrayBuffer(3)],
  buffer: Buffer.from("a\nb"),
  "detached buffer": structuredClone(new Uint8Array(3), { transfer: [] }),
  "invalid date": new Date(Number.NaN),
  "date that lies": Object.assign(new Date(0), { toISOString: () => 'x",\n"y' }),
  "date that throws": Object.assign(new Date(0), { getTime: throwing }),
  regexp: /a\n"/gu,
  "null prototype": Object.assign(Object.create(null), { a: 1, b: Object.create(null) }),
  "__proto__ key": JSON.parse('{"__proto__":{"a":1},"constructor":1,"hasOwnProperty":2}'),
  "getter that throws": {
    get a() {
      return throwing();
    },
    b: 1,
  },
  "getter that throws oddly": {
    get a() {
      return symbolThrower();
    },
    b: 1,
  },
  "getter that throws what throws": {
    get a() {
      return evilThrower();
    },
    b: 1,
  },
  "sparse list": Object.assign([], { 1: 1, 3: 2 }),
  "endless list": Object.assign([], { length: 4_294_967_295 }),
  "list that lies": Object.assign([1, 2], { toJSON: throwing, map: 5 }),
  "list with a throwing element": Object.defineProperty([1, 2, 3], 1, { get: throwing }),
  promise: Promise.resolve(1),
  "weak things": [new WeakMap(), new WeakSet(), new WeakRef({})],
  generator: (function* () {
    yield 1;
  })(),
  global: globalThis,
  process,
  date: new Date(0),
  "url and headers": [new URL("http://a/?b"), new Headers({ a: "b" }), new AbortController().signal],
};
