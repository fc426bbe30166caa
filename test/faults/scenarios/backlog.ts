/** A backlog is drained with the same memory however large it is. The processes are those of bench/ship. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runChild } from "../../../bench/lib/child.js";
import type { BacklogOrder } from "../../../bench/ship/backlog-writer.js";
import { ship } from "../../../bench/ship/shipper.js";
import { withCloud } from "../../../bench/ship/with-cloud.js";
import { listJournals } from "../../../src/buffer/journal.js";
import { RedisServer } from "../../harness/redis-server.js";
import type { Outcome } from "../harness/outcome.js";
import type { Shape } from "../harness/shape.js";

/** So few in flight that the small backlog fills them as well: what is compared is the backlog and nothing else. */
const FLAGS = ["--in-flight-max", "4"];
const WRITERS = 4;
const SMALL_RECORDS = 10_000;
/** Garbage that is not collected yet. With all of 100,000 records on their way at once it is twice as much. */
const GROWTH_MEGABYTES_MAX = 120;

export async function backlog(shape: Shape): Promise<Outcome> {
  const small = await drain(SMALL_RECORDS, shape);
  const large = await drain(shape.records, shape);
  const { tally, seconds } = large.arrived;
  const faults = [small, large].flatMap(({ records, arrived: { tally: each } }) =>
    each.distinct === records && each.lost + each.duplicates + each.outOfOrder === 0
      ? []
      : [`of ${records} records: ${JSON.stringify(each)}`],
  );
  const growth = megabytes(large.rssPeakBytes) - megabytes(small.rssPeakBytes);
  if (growth > GROWTH_MEGABYTES_MAX) {
    faults.push(
      `${SMALL_RECORDS} records took ${megabytes(small.rssPeakBytes)} MB, ${shape.records} took ${growth} MB more`,
    );
  }
  return {
    figures: {
      returned: large.records,
      delivered: tally.distinct,
      lost: tally.lost,
      doubled: tally.duplicates,
      doubledMax: 0,
      outOfOrder: tally.outOfOrder,
      deadLetters: 0,
      drainSeconds: seconds,
      peakMegabytes: megabytes(large.rssPeakBytes),
      peakMegabytesSmall: megabytes(small.rssPeakBytes),
    },
    faults,
  };
}

async function drain(records: number, { latencyMs, buffer }: Shape) {
  const root = mkdtempSync(join(tmpdir(), "dragonlog-backlog-"));
  const dir = join(root, "journals");
  const store = buffer === "redis" ? await RedisServer.start() : undefined;
  const place = store === undefined ? {} : { buffer: store.url };
  try {
    const each = records / WRITERS;
    const writer = new URL("../../../bench/ship/backlog-writer.js", import.meta.url);
    await Promise.all(
      Array.from({ length: WRITERS }, () =>
        runChild(writer, { dir, ...place, backlog: "paced", count: each } satisfies BacklogOrder),
      ),
    );
    const expected = Object.fromEntries(listJournals(dir).map((journal) => [basename(journal), each]));
    const shipped = await withCloud({ latencyMs, records }, expected, (url) =>
      store === undefined
        ? ship(dir, url, FLAGS)
        : ship(join(root, "shipper"), url, ["--buffer", store.url, ...FLAGS]),
    );
    return { records, ...shipped };
  } finally {
    await store?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
