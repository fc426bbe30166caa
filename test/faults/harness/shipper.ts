import { readReports } from "../../../src/ship/report.js";
import { type Ended, type Program, until } from "../../harness/program.js";

/** A `dragonlog ship`, and its folder: that of the journals, or, with a store, one of its own. */
export class Shipper {
  constructor(
    readonly program: Program,
    readonly dir: string,
  ) {}

  get pid(): number {
    return this.program.pid;
  }

  kill(): Promise<Ended> {
    return this.program.kill();
  }

  /** Resolves when it is up: one that has just been started does not know yet what a signal is to do. */
  async ready(): Promise<void> {
    await until(
      () => readReports(this.dir).some(({ process }) => process.pid === this.pid),
      () => `the shipper of ${this.dir} is not up`,
    );
  }

  async stop(): Promise<Ended> {
    await this.ready();
    return this.program.stop();
  }
}
