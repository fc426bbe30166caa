/** G4 in the files of a directory, which have the order of arrival: nothing there sorts by timestamp. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lineIdOf } from "../../src/record/line-id.js";
import { LINES_LIMITS } from "../../src/sink/lines.js";
import { Shipping } from "./shipping.js";

const WRITERS = 2;
const MILLISECONDS = 40;
/** One and a half batches in each millisecond: of three batches two share one with the batch before, and the third does not. */
const RECORDS_PER_MS = (1.5 * LINES_LIMITS.eventsMax) / WRITERS;

test("each writer's records stand in the file of their stream in the order in which they were logged", async (context) => {
  const shipping = await Shipping.open(context);
  const loggers = Array.from({ length: WRITERS }, () => shipping.logger());
  const startMs = Date.now();
  for (let ms = 0; ms < MILLISECONDS; ms++) {
    for (let n = 0; n < RECORDS_PER_MS; n++) {
      for (const logger of loggers) logger.log({ data: n, timestamp: startMs + ms });
    }
  }
  for (const logger of loggers) await logger.close();
  const out = join(shipping.cli.dir, "out");
  const { code, stderr } = await shipping.ship("--once", "--to", `directory:${out}`).end;
  assert.equal(code, 0, stderr);

  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ndjson"),
  );
  const seqs = new Map<string, number[]>();
  for (const file of files.sort()) {
    for (const line of readFileSync(join(out, file), "utf8").split("\n").slice(0, -1)) {
      const { writer, seq } = lineIdOf(line)!;
      const known = seqs.get(writer);
      if (known === undefined) seqs.set(writer, [seq]);
      else known.push(seq);
    }
  }
  assert.equal(seqs.size, WRITERS);
  for (const found of seqs.values()) {
    const backwards = found.filter((seq, index) => index > 0 && seq < found[index - 1]!).length;
    assert.deepEqual([found.length, backwards], [MILLISECONDS * RECORDS_PER_MS, 0]);
  }
});
