/** Parts of the page that need no browser, on many inputs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";

type Told = readonly (readonly [second: number, byType: Record<string, number>])[];

const PLAIN = { noNullPrototype: true };

/** A module of web/, built as for the page. */
async function load<Module>(path: string): Promise<Module> {
  const entry = fileURLToPath(new URL(`../../../web/${path}`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    write: false,
    tsconfigRaw: {},
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`);
}

test("whatever is in a text, nothing of it stays unseen or steers", async () => {
  const { visibleLine, visibleText, cut } = await load<{
    visibleLine(text: string): string;
    visibleText(text: string): string;
    cut(text: string, charsMax: number): string;
  }>("system/visible.ts");
  assert.equal(
    visibleLine("a\n\tb\u001b[2J\u007f\u202e\u2066\ufeff\ud800"),
    "a␊␉b␛[2J␡\\u{202e}\\u{2066}\\u{feff}\\u{d800}",
  );
  assert.equal(visibleText("a\n\tb\r"), "a\n\tb␍");
  assert.equal(visibleLine("Ünïcödé 👩‍👩‍👧 مرحبا"), "Ünïcödé 👩‍👩‍👧 مرحبا");
  const steering = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/u;
  const text = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  fc.assert(fc.property(text, (given) => assert.doesNotMatch(visibleLine(given), steering)));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (given, charsMax) => {
      const short = cut(given, charsMax);
      assert.ok(given.startsWith(short) && short.length <= charsMax && short.isWellFormed());
    }),
  );
});

test("an address says all of a query, and reads back as it was", async () => {
  const { parseRoute, formatRoute } = await load<{
    parseRoute(hash: string): Record<string, unknown>;
    formatRoute(route: unknown): string;
  }>("system/route.ts");
  const text = fc.option(fc.string({ unit: "grapheme", minLength: 1 }), { nil: undefined });
  const live = fc.record(
    {
      view: fc.constant("live"),
      service: text,
      type: text,
      requestId: text,
      grep: text,
      where: fc.array(fc.string({ unit: "grapheme", minLength: 1 })),
      last: fc.nat(20_000),
      range: fc.option(
        fc.record({ fromMs: fc.nat(1e12), toMs: fc.integer({ min: 1e12 + 1, max: 2e12 }) }, PLAIN),
        {
          nil: undefined,
        },
      ),
    },
    PLAIN,
  );
  const dead = fc.record({ view: fc.constant("dead"), reason: text, service: text }, PLAIN);
  fc.assert(
    fc.property(fc.oneof(live, dead), (route) => assert.deepEqual(parseRoute(formatRoute(route)), route)),
  );
  fc.assert(fc.property(fc.string(), (hash) => assert.ok(parseRoute(hash).view)));
});

test("server-sent events are read whole, however they are cut on the way", async () => {
  const { readServerEvents } = await load<{
    readServerEvents(
      body: ReadableStream<Uint8Array>,
      onEvent: (name: string, data: string) => void,
    ): Promise<void>;
  }>("live/server-events.ts");
  const sent: [string, string][] = [
    ["live", '{"a":"ä€👩"}'],
    ["", "first line\nsecond line"],
    ["end", "{}"],
  ];
  const bytes = new TextEncoder().encode(
    `retry: 1000\n\n${sent
      .map(([name, data]) => `${name && `event: ${name}\r\n`}${data.replace(/^/gm, "data: ")}\r\n\r\n:\n\n`)
      .join("")}`,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const size = sizes[n % sizes.length]!;
            controller.enqueue(bytes.slice(at, at + size));
            at += size;
          }
          controller.close();
        },
      });
      const read: [string, string][] = [];
      await readServerEvents(body, (name, data) => read.push([name, data]));
      assert.deepEqual(read, sent);
    }),
  );
});

test("what a new connection repeats is counted once", async () => {
  const { LevelsBySecond } = await load<{
    LevelsBySecond: new () => {
      add(levels: Told, nowMs: number): void;
      repeater(): (levels: Told, nowMs: number) => void;
      binned(fromMs: number, toMs: number, bins: number): Uint32Array[];
    };
  }>("live/levels-by-second.ts");
  const now = 1_800_000_000_000;
  const levels = new LevelsBySecond();
  levels.add([[now - 2000, { INFO: 3, ERROR: 1 }]], now);
  levels.add([[now - 1000, { INFO: 2 }]], now);
  const again = levels.repeater();
  again([[now - 2000, { INFO: 2 }]], now);
  again([[now - 2000, { INFO: 1, ERROR: 1 }]], now);
  again([[now - 1000, { INFO: 4, AUDIT: 1 }]], now);
  levels.add([[now - 1000, { INFO: 1 }]], now);
  const [older, newer] = levels.binned(now - 2000, now, 2);
  assert.deepEqual([...older!], [0, 0, 3, 0, 1, 0, 0]);
  assert.deepEqual([...newer!], [0, 0, 5, 0, 0, 0, 1]);
});

test("numbers stay as they were written, and what is no JSON is no value", async () => {
  const { parseExactly, ExactNumber } = await load<{
    parseExactly(text: string): unknown;
    ExactNumber: new (text: string) => { readonly text: string };
  }>("system/exact-json.ts");
  // Node.js 20 does not tell a reviver the source of a number.
  const tellsSource =
    JSON.parse("1", (_key, _value, context?: { source?: string }) => context?.source) === "1";
  const parsed = parseExactly('{"id":12345678901234567890,"n":1.5,"deep":[1e400]}') as Record<
    string,
    unknown
  >;
  assert.equal(parsed.n, 1.5);
  if (tellsSource) assert.deepEqual(parsed.id, new ExactNumber("12345678901234567890"));
  assert.equal(parseExactly("{"), undefined);
});
