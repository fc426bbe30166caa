/**
 * A store on another machine: in a network namespace of its own, behind a link that is cut. Unlike a server that dies, nobody
 * closes a connection then: what was asked is never answered.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readForwarderReports } from "../../src/forward/report.js";
import { until } from "../harness/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { logNumbers, Shipping } from "./shipping.js";

const PORT = 6379;

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${args.join(" ")}: ${stderr}`);
}

function noNetwork(): string | false {
  const name = `dlprobe${process.pid}`;
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) {
    return "no network namespace can be made: it takes root and iproute2";
  }
  spawnSync("ip", ["netns", "del", name]);
  return false;
}

/** A machine with a redis-server, on a link of its own to this one. */
class Machine {
  readonly #name = `dl${process.pid}`;
  readonly #link = `dl${process.pid}a`;
  readonly #net = `10.213.${process.pid % 250}`;
  #server: ChildProcess | undefined;

  static async start(context: TestContext): Promise<Machine> {
    const machine = new Machine();
    context.after(() => machine.#remove());
    machine.#join();
    await machine.#serve();
    return machine;
  }

  get url(): string {
    return `redis://${this.#net}.2:${PORT}`;
  }

  cut(): void {
    ip("link", "set", this.#link, "down");
  }

  mend(): void {
    ip("link", "set", this.#link, "up");
  }

  #join(): void {
    const far = `dl${process.pid}b`;
    ip("netns", "add", this.#name);
    ip("link", "add", this.#link, "type", "veth", "peer", "name", far);
    ip("link", "set", far, "netns", this.#name);
    ip("addr", "add", `${this.#net}.1/24`, "dev", this.#link);
    ip("-n", this.#name, "addr", "add", `${this.#net}.2/24`, "dev", far);
    ip("-n", this.#name, "link", "set", far, "up");
    this.mend();
  }

  async #serve(): Promise<void> {
    const flags = ["--port", `${PORT}`, "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""];
    this.#server = spawn("ip", ["netns", "exec", this.#name, "redis-server", ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    this.#server.stdout!.on("data", (chunk) => {
      said += chunk;
    });
    await until(
      () => said.includes("Ready to accept connections"),
      () => said,
    );
  }

  #remove(): void {
    this.#server?.kill("SIGKILL");
    spawnSync("ip", ["link", "del", this.#link]);
    spawnSync("ip", ["netns", "del", this.#name]);
  }
}

test("a store whose link is cut holds up nobody who logs, and what was logged meanwhile arrives once and in series", {
  skip: noRedisServer || noNetwork(),
}, async (context) => {
  const machine = await Machine.start(context);
  const shipping = await Shipping.open(context);
  const { cloud } = shipping;
  const folder = join(shipping.cli.dir, "shipper");
  const flags = ["--buffer", machine.url, "--journal-dir", folder, "--interval", "50ms"];
  const shipper = shipping.ship(...flags);
  const logger = shipping.logger("web", { buffer: machine.url, drainDeadline: "30s" });
  const arrived = (count: number) =>
    until(
      () => cloud.stats().eventsStored >= count,
      () => JSON.stringify(cloud.stats()),
    );

  logNumbers(logger, 1000);
  await arrived(1000);
  machine.cut();
  logNumbers(logger, 2000, 1000);
  await until(
    () => readForwarderReports(shipping.dir).some(({ trouble }) => trouble !== undefined),
    () => "the forwarder has seen nothing of it",
  );
  assert.equal(logger.stats().logged, 3000);
  machine.mend();
  logNumbers(logger, 1000, 3000);
  await arrived(4000);
  await logger.close();
  await shipper.stop();
  const { distinct, duplicates, outOfOrder, incomplete } = cloud.tally();
  assert.deepEqual(
    { distinct, duplicates, outOfOrder, incomplete },
    { distinct: 4000, duplicates: 0, outOfOrder: 0, incomplete: 0 },
  );
});
