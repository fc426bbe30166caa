/** What stands in the cloud, counted by the number in each record's text. */
import type { FakeCloudWatch } from "../../src/testing/index.js";

export interface Arrivals {
  readonly lost: number;
  readonly doubled: number;
  /** Records that stand behind one that was logged later, as a reader of the stream sees them. */
  readonly outOfOrder: number;
}

export function countArrivals(cloud: FakeCloudWatch, records: number): Arrivals {
  const seen = new Set<number>();
  let doubled = 0;
  let outOfOrder = 0;
  for (const { name: group, streams } of cloud.groups()) {
    for (const { name } of streams) {
      let last = -1;
      for (const { message } of cloud.readStream(group, name)) {
        const [, digits] = /order (\d+) taken/.exec(message) ?? [];
        if (digits === undefined) continue;
        const n = Number(digits);
        if (seen.has(n)) doubled++;
        else if (n < last) outOfOrder++;
        seen.add(n);
        last = Math.max(last, n);
      }
    }
  }
  return { lost: records - seen.size, doubled, outOfOrder };
}
