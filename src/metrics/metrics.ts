/**
 * An overview as Prometheus text. What is written, and what it means, stands in the tables beside this file and in docs/metrics.md.
 *
 * Nothing is kept between two calls, and no timer or observer runs: whoever does not ask costs nothing. prom-client, which writes
 * the text, is loaded at the first call. Its own counters are not used, for everything is counted already, nor its metrics of the
 * process, which watch the event loop and the garbage collector all the time.
 */
import type { Overview } from "../watch/overview.js";
import { MACHINE } from "./machine.js";
import type { Metric, Source } from "./metric.js";
import { PROCESS } from "./process.js";
import { SHIPPER } from "./shipper.js";
import { STORE } from "./store.js";

/** Every metric, in the order in which they are written. */
export const METRICS: readonly Metric[] = [...PROCESS, ...MACHINE, ...STORE, ...SHIPPER];

export interface Extras {
  /** The process whose shipper is asked. Of the others of an overview nothing is counted: they are asked themselves. */
  readonly pid: number;
}

/** The text of all metrics, and the value of its Content-Type header. */
export async function metricsText(
  overview: Overview,
  { pid }: Extras = process,
): Promise<{ contentType: string; text: string }> {
  const { Registry } = await import("./vendored/prom-client.js");
  const registry = new Registry();
  const source = { overview, shipper: ownShipper(overview, pid) };
  for (const metric of METRICS) {
    // The registry asks for a name and a `get()`, and is typed for the library's own four kinds alone.
    registry.registerMetric(readable(metric, source) as never);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** The shipper of a process of this host. */
export function ownShipper({ shippers, host }: Overview, pid: number): Source["shipper"] {
  return shippers.find((shipper) => shipper.pid === pid && shipper.host === host);
}

function readable({ name, help, type, read }: Metric, source: Source): object {
  return { name, get: () => ({ name, help, type, values: read(source) }) };
}
