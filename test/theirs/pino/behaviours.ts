/** What differs beside the fields, shown. Each has an entry of the same name in docs/from-other-loggers.md. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import pino from "pino";
import { destination } from "../../../src/adapters/pino.js";
import { openLogger } from "../../../src/logger/logger.cases.js";
import { Application, ROOT } from "../../integration/application.js";

export const behaviours: Readonly<Record<string, (t: TestContext) => void | Promise<void>>> = {
  async flushing(t) {
    const { logger, wires } = openLogger(t);
    const to = destination({ logger });
    const log = pino(to as never);
    log.info("there at once");
    assert.deepEqual(
      wires().map(({ data }) => data),
      ["there at once"],
    );
    to.flushSync();
    to.reopen();
    await new Promise<void>((resolve, reject) => log.flush((error) => (error ? reject(error) : resolve())));
    assert.equal(wires().length, 0);
  },

  "a time of long ago, or ahead"(t) {
    const { logger, wires } = openLogger(t);
    const start = Date.now();
    const times = [start - 15 * 86_400_000, start + 3 * 3_600_000];
    for (const ms of times) {
      pino({ timestamp: () => `,"time":${ms}` }, destination({ logger }) as never).info("x");
    }
    for (const [i, { timestamp, metadata }] of wires().entries()) {
      assert.equal(metadata!.time, times[i]);
      assert.ok(Date.parse(timestamp) >= start && Date.parse(timestamp) <= Date.now());
    }
  },

  "options of `pino.destination()`"(t) {
    const { logger } = openLogger(t);
    for (const option of ["dest", "fd", "sync", "minLength", "maxLength", "append", "mkdir"]) {
      const said = { message: new RegExp(`^${option} of `) };
      assert.throws(() => destination({ logger, [option]: 1 } as never), said);
      assert.throws(() => destination({ service: "svc", [option]: 1 } as never), said);
    }
  },

  "a line that is no JSON"(t) {
    const { logger, wires } = openLogger(t);
    pino({ hooks: { streamWrite: () => "plain\n" } }, destination({ logger }) as never).warn("lost");
    const [record] = wires();
    assert.deepEqual([record!.data, record!.type, record!.metadata], ["plain", "WARN", undefined]);
  },

  "a clock that is set back"(t) {
    const { logger, wires } = openLogger(t);
    const clock = { ms: Date.now() };
    const log = pino({ timestamp: () => `,"time":${clock.ms}` }, destination({ logger }) as never);
    log.info("first");
    clock.ms -= 500;
    log.info("held");
    clock.ms -= 3_600_000;
    log.info("told by the program");
    const times = wires().map(({ timestamp }) => Date.parse(timestamp));
    assert.equal(times[1], times[0]);
    assert.equal(times[2], clock.ms);
  },

  async "the target of a worker thread"(t) {
    const killed = async (to: string): Promise<number> => {
      const app = new Application(t).link();
      const path = join(app.dir, "killed.mjs");
      writeFileSync(
        path,
        `import pino from ${JSON.stringify(join(ROOT, "node_modules/pino/pino.js"))};
         import { destination } from "dragonlog/pino";
         const log = pino(${to});
         for (let n = 0; n < 100; n++) log.info("returned");
         process.kill(process.pid, "SIGKILL");`,
      );
      await app.run(process.execPath, path);
      return (await app.records()).length;
    };
    const options = '{ service: "shop" }';
    assert.equal(await killed(`destination(${options})`), 100);
    assert.equal(await killed(`pino.transport({ target: "dragonlog/pino", options: ${options} })`), 0);
  },
};
