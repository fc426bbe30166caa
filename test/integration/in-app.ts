/** The application of the tests of in-app shipping, which does what it is told: see `programs/in-app.ts`. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Result } from "./cli.js";
import type { Order } from "./programs/in-app.js";
import { GROUP, type Shipping } from "./shipping.js";

type ShippingOptions = Extract<Order, { open: string }>["options"];

export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export const BUILT = fileURLToPath(new URL("../../", import.meta.url));
export const PROGRAMS = "test/integration/programs";

export class App {
  readonly troubles: Trouble[] = [];
  /** Resolves with the first trouble. */
  readonly told: Promise<unknown>;
  readonly end: Promise<Result>;
  readonly pid: number;
  readonly #child;
  readonly #shipping: Shipping;
  readonly #events = new EventEmitter();

  /** `built`: the folder that the project was built into, or a copy of it; `preload`: a program to load before. */
  constructor(
    shipping: Shipping,
    { built = BUILT, env = {}, preload }: { built?: string; env?: NodeJS.ProcessEnv; preload?: string } = {},
  ) {
    this.#shipping = shipping;
    const before = preload === undefined ? [] : ["--import", join(built, PROGRAMS, preload)];
    this.#child = spawn(process.execPath, [...before, join(built, PROGRAMS, "in-app.js")], {
      cwd: shipping.cli.dir,
      env: { ...shipping.cli.env, ...env },
    });
    this.pid = this.#child.pid!;
    this.#child.stdin.on("error", () => undefined);
    this.end = shipping.start(this.#child).end;
    const lines = createInterface({ input: this.#child.stdout });
    this.told = Promise.race([once(this.#events, "trouble"), once(lines, "close")]);
    lines.on("line", (line) => {
      const { done, trouble } = JSON.parse(line);
      if (trouble === undefined) {
        this.#events.emit("done", done);
      } else {
        this.troubles.push(trouble);
        this.#events.emit("trouble");
      }
    });
  }

  /** Resolves when it is done; an application that ends before has said why. */
  async order(order: Order): Promise<void> {
    const done = once(this.#events, "done");
    this.tell(order);
    const ended = this.end.then(({ stderr }) => assert.fail(`it has ended: ${stderr}`));
    assert.deepEqual(await Promise.race([done, ended]), [JSON.stringify(order)]);
  }

  /** For orders that the application does not survive. */
  tell(order: Order): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  async open(name: string, options: Partial<ShippingOptions> = {}): Promise<void> {
    const cloud = { to: "cloudwatch", endpoint: this.#shipping.cloud.url, group: GROUP, interval: "1h" };
    await this.order({ open: name, options: { ...cloud, ...options } });
  }

  async log(name: string, count: number, from = 0): Promise<void> {
    await this.order({ log: name, count, from });
  }

  kill(): Promise<Result> {
    this.#child.kill("SIGKILL");
    return this.end;
  }

  /** Nothing is left to do; it must end by itself and in order. */
  async finish(): Promise<void> {
    this.tell({ end: true });
    const { code, signal, stderr } = await this.end;
    assert.deepEqual([code, signal, stderr], [0, null, ""]);
  }
}
