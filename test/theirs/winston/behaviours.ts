/** What differs beside the fields, shown. Each has an entry of the same name in docs/from-other-loggers.md. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import winston from "winston";
import { DragonlogTransport, type WinstonOptions } from "../../../src/adapters/winston.js";
import { openLogger } from "../../../src/logger/logger.cases.js";
import { Transport } from "./example.js";

const { createLogger, format, transports } = winston;

function open(t: TestContext, options: Partial<WinstonOptions> = {}) {
  const { logger, wires } = openLogger(t, { level: "trace" });
  return { transport: new DragonlogTransport({ logger, ...options } as WinstonOptions), wires };
}

function theirFile(t: TestContext): winston.transports.FileTransportInstance {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-theirs-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return new transports.File({ filename: join(dir, "log") });
}

export const behaviours: Readonly<Record<string, (t: TestContext) => void | Promise<void>>> = {
  "text of a format"(t) {
    const { transport, wires } = open(t);
    createLogger({ format: format.printf(() => "as text"), transports: [transport] }).info("said", { a: 1 });
    const [record] = wires();
    assert.deepEqual([record!.data, record!.metadata], ["said", { a: 1 }]);
  },

  "a field with the name of the time"(t) {
    const { transport, wires } = open(t);
    const start = Date.now();
    createLogger({ transports: [transport] }).info("seek", { timestamp: 12 });
    const [record] = wires();
    assert.deepEqual(record!.metadata, { timestamp: 12 });
    assert.ok(Date.parse(record!.timestamp) >= start);
  },

  async "records of before the transport was added"(t) {
    const { transport, wires } = open(t);
    const got: unknown[] = [];
    const theirs = new Transport({
      log: (info: { message: string }, next: () => void) => {
        got.push(info.message);
        next();
      },
    });
    const log = createLogger({});
    log.info("before");
    log.add(theirs).add(transport);
    assert.deepEqual([got, wires().map(({ data }) => data)], [[], ["before"]]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([got, wires()], [["before"], []]);
  },

  "`query()` and `stream()`"(t) {
    const theirs = theirFile(t);
    const { transport } = open(t);
    for (const name of ["query", "stream"] as const) {
      assert.equal(typeof theirs[name as keyof typeof theirs], "function");
      assert.equal((transport as unknown as Record<string, unknown>)[name], undefined);
    }
    const found: unknown[] = [];
    createLogger({ transports: [transport] }).query({ fields: [] } as never, (error, results) =>
      found.push(error, results),
    );
    assert.deepEqual(found, [null, {}]);
  },

  "the high-water mark of the logger"(t) {
    const marks = (transport: winston.transport): number =>
      createLogger({ transports: [transport] }).readableHighWaterMark;
    assert.equal(marks(theirFile(t)), 16);
    assert.equal(marks(open(t).transport as never), Number.POSITIVE_INFINITY);
  },

  "a transport that is removed"(t) {
    const closed: string[] = [];
    const theirs = Object.assign(new Transport({ log: (_info, next) => next() }), {
      close: () => closed.push("theirs"),
    });
    const { transport, wires } = open(t);
    const log = createLogger({ transports: [theirs, transport as never] });
    log.close();
    assert.deepEqual(closed, ["theirs"]);
    log.info("of nobody's");
    log.add(transport as never);
    log.info("after it came back");
    assert.deepEqual(
      wires().map(({ data }) => data),
      // winston keeps what it has nobody for.
      ["of nobody's", "after it came back"],
    );
  },

  "the level of a transport that comes back"(t) {
    const theirs: unknown[] = [];
    const capturing = new Transport({
      log(info, next) {
        theirs.push(info.message);
        next();
      },
    });
    const { transport, wires } = open(t);
    const log = createLogger({ transports: [capturing, transport as never] });
    log
      .clear()
      .add(capturing)
      .add(transport as never);
    log.debug("below the level of the logger");
    assert.deepEqual(theirs, ["below the level of the logger"]);
    assert.deepEqual(wires(), []);
  },
};
