/** The two ways in which the tests ship a journal folder into the stand-in. */
import assert from "node:assert/strict";
import { parseOptions } from "../../../src/config/parse.js";
import type { ShipCounts } from "../../../src/ship/counts.js";
import { openShipper, type ShippingOptions } from "../../../src/ship/open-shipper.js";
import type { FakeCloudWatch } from "../../../src/testing/index.js";
import { Program } from "../../harness/program.js";

export const GROUP = "crash";

function credentials(cloud: FakeCloudWatch): {
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
} {
  const { accessKeyId, secretAccessKey } = cloud.clientConfig().credentials;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

function shippingOptions(dir: string, cloud: FakeCloudWatch): ShippingOptions {
  const options = {
    buffer: `journal:${dir}`,
    region: cloud.clientConfig().region,
    endpoint: cloud.url,
    group: GROUP,
    inFlightMax: 32,
    // Shipper and stand-in share this process: a busy machine must not make a call time out and be sent twice.
    requestTimeout: "5m",
  };
  return parseOptions("ship", options, "shippingOptions()");
}

/** Ships everything that waits, in this process, and returns what the shipper counted. */
export async function shipHere(dir: string, cloud: FakeCloudWatch): Promise<ShipCounts> {
  Object.assign(process.env, credentials(cloud));
  const open = await openShipper(shippingOptions(dir, cloud), {
    onTrouble: (message) => process.emitWarning(message),
  });
  try {
    assert.ok(
      await open.shipper.drain(false),
      `not everything was delivered: ${JSON.stringify(open.shipper.counts)}`,
    );
    return open.shipper.counts;
  } finally {
    await open.close();
  }
}

/** The same with `dragonlog ship`, as a process of its own; `flags` such as `--once`. */
export function startShip(dir: string, cloud: FakeCloudWatch, ...flags: readonly string[]): Program {
  const { region } = cloud.clientConfig();
  const args = ["ship", "--region", region, "--endpoint", cloud.url, "--group", GROUP, "--journal-dir", dir];
  return Program.command([...args, ...flags], credentials(cloud));
}

export async function shipOnce(dir: string, cloud: FakeCloudWatch): Promise<ShipCounts> {
  const { code, stdout, stderr } = await startShip(dir, cloud, "--once", "--json").finish();
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as ShipCounts;
}
