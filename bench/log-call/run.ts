/** `npm run bench:log-call`: what a log call costs its caller, and what a SIGKILL takes. See README.md. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { noRedisServer, RedisServer } from "../../test/harness/redis-server.js";
import { answer } from "../lib/answer.js";
import { runChild, runToEnd } from "../lib/child.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { CONTENDERS, type ContenderName, type Place } from "./contender.js";
import type { KilledOrder } from "./killed.js";
import { withShipper } from "./live-shipper.js";
import type { Measured, MeasureOrder } from "./measure.js";
import { type Results, summary, tables } from "./results.js";
import { KILLED_CALLS, WAITING_CALLS_SHARE } from "./shape.js";
import { RECORDS, type ShapeName, shapes } from "./shapes.js";
import { type Survivors, survivorsOf } from "./survivors.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    calls: { type: "string", default: "50000" },
    only: { type: "string" },
    records: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const calls = wholeNumber("calls", values.calls);
const only = values.only?.split(",");
/** Most contenders are asked for the two records only. */
const OTHERS_BY: readonly ContenderName[] = ["dragonlog", "pino-async"];
const asked = (Object.keys(shapes) as ShapeName[]).filter(
  (shape) => values.records?.split(",").includes(shape) ?? true,
);
const PACKAGES = ["pino", "winston", "bunyan", "@logtape/logtape", "@redis/client"];

await withTempDir(async (root) => {
  const redis = noRedisServer ? undefined : await RedisServer.start();
  if (redis === undefined) {
    process.stderr.write(
      "redis-server is not on the PATH: RPUSH is left out (Debian: apt-get install redis-server)\n",
    );
  }
  const names = (Object.keys(CONTENDERS) as ContenderName[]).filter(
    (name) => (name !== "redis" || redis !== undefined) && (only?.includes(name) ?? true),
  );
  const loggers = names.filter((name) => name !== "nothing");
  const namesFor = (record: ShapeName): ContenderName[] =>
    names.filter((name) => RECORDS.includes(record) || OTHERS_BY.includes(name));
  const measurements = asked.reduce((sum, record) => sum + namesFor(record).length, 0);
  const progress = new Progress(measurements * rounds + loggers.length);

  async function inPlace<T>(use: (place: Place) => Promise<T>): Promise<T> {
    const dir = join(root, "place");
    mkdirSync(dir);
    await redis?.command("FLUSHALL");
    try {
      return await use({ dir, redisUrl: redis?.url ?? "" });
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  const measure = (name: ContenderName, record: ShapeName): Promise<Measured> =>
    inPlace((place) => {
      const share = name === "redis" ? WAITING_CALLS_SHARE : 1;
      const order: MeasureOrder = { name, record, place, calls: Math.round(calls * share) };
      const run = (): Promise<Measured> => runChild(new URL("./measure.js", import.meta.url), order);
      return name === "shipped" ? withShipper(place.dir, run) : run();
    });

  const kill = (name: ContenderName): Promise<Survivors> =>
    inPlace(async (place) => {
      const order: KilledOrder = { name, place };
      const { signal } = await runToEnd(new URL("./killed.js", import.meta.url), order);
      if (signal !== "SIGKILL") {
        throw new Error(`${name} ended before it was killed`);
      }
      return survivorsOf(name, place);
    });

  const results: Results = {
    machine: machineLine(root),
    versions: versionsLine(PACKAGES),
    measured: [],
    survivors: [],
  };
  try {
    for (let round = 0; round < rounds; round++) {
      // Back and forth, so that a machine that warms up or slows down favours nobody.
      for (const record of asked) {
        const turn = round % 2 === 0 ? namesFor(record) : namesFor(record).toReversed();
        for (const name of turn) {
          progress.step(`round ${round + 1}, ${shapes[record].label}: ${CONTENDERS[name].label}`);
          results.measured.push({ name, record, round, ...(await measure(name, record)) });
        }
      }
    }
    for (const name of loggers) {
      progress.step(`SIGKILL: ${CONTENDERS[name].label}`);
      const { records, bytesPerLine } = await kill(name);
      results.survivors.push({ name, lost: KILLED_CALLS - records, of: KILLED_CALLS, bytesPerLine });
    }
  } finally {
    progress.end();
    await redis?.stop();
  }
  answer(values.json, summary(results), tables(results));
});
