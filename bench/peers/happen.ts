/** One way through one scenario: the cloud is here, the application in a process of its own. */
import { mkdirSync } from "node:fs";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { runToEnd } from "../lib/child.js";
import type { ApplicationOrder, Cost } from "./application.js";
import { type Arrivals, countArrivals } from "./arrivals.js";
import { SCENARIOS, type Scenario, type ScenarioName, type WayName } from "./shape.js";

const APPLICATION = new URL("./application.js", import.meta.url);

export interface Outcome extends Arrivals, Cost {
  readonly records: number;
}

export async function happen(way: WayName, name: ScenarioName, dir: string): Promise<Outcome> {
  const scenario: Scenario = SCENARIOS[name];
  const { perSecond, seconds, killed = false } = scenario;
  const logged = perSecond * seconds;
  mkdirSync(dir);
  const cloud = await FakeCloudWatch.start();
  const timers = trouble(cloud, scenario);
  try {
    const application: ApplicationOrder = { way, dir, from: 0, records: logged, perSecond, killed };
    const env = {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: cloud.url,
      AWS_ACCESS_KEY_ID: "AKIABENCHBENCHBENCH0",
      AWS_SECRET_ACCESS_KEY: "bench",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
    const first = await runToEnd<Cost>(APPLICATION, application, env);
    const again = { ...application, from: logged, records: 1, killed: false };
    const { result } = killed ? await runToEnd<Cost>(APPLICATION, again, env) : first;
    if (result === undefined) throw new Error(`${way} did not end as it should: ${name}`);
    const records = killed ? logged + 1 : logged;
    return { records, ...countArrivals(cloud, records), ...result };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await cloud.stop();
  }
}

function trouble(cloud: FakeCloudWatch, { away, answersLost }: Scenario): NodeJS.Timeout[] {
  if (answersLost !== undefined) {
    cloud.faults.add({ kind: "store-then-cut", operation: "PutLogEvents", calls: answersLost });
  }
  if (away === undefined) return [];
  const { fromSecond, seconds } = away;
  return [
    setTimeout(() => cloud.faults.add({ kind: "unavailable" }), fromSecond * 1000),
    setTimeout(() => cloud.faults.clear(), (fromSecond + seconds) * 1000),
  ];
}
