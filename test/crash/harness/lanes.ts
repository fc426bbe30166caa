import { FakeCloudWatch } from "../../../src/testing/index.js";

/** Runs rounds 0 to `rounds`, so many at the same time, each lane with a stand-in of its own. A failed round ends all. */
export async function inLanes(
  lanes: number,
  rounds: number,
  run: (round: number, cloud: FakeCloudWatch) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    const cloud = await FakeCloudWatch.start({ quotas: false });
    try {
      while (next < rounds) {
        await run(next++, cloud);
      }
    } finally {
      next = rounds;
      await cloud.stop();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
