/** Whether this shipper can deliver, for `/readyz`: in general words, for whoever may ask. */
import type { Overview } from "../watch/overview.js";
import { type Extras, ownShipper } from "./metrics.js";

export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty when it is ready. Names no destination, no service and no error. */
  readonly reasons: readonly string[];
}

/** Not ready: a shipper that has not begun or stands by, and one whose destination or store takes or gives nothing now. */
export function readiness(overview: Overview, { pid }: Extras = process): Readiness {
  const reasons: string[] = [];
  const shipper = ownShipper(overview, pid);
  if (shipper === undefined) {
    const standsBy = overview.standbys.some((standby) => standby.pid === pid);
    reasons.push(standsBy ? "another shipper ships, and this one stands by" : "the shipper has not begun");
  } else if (
    shipper.circuit !== "closed" ||
    shipper.troubles.some(({ destination }) => destination === undefined)
  ) {
    reasons.push("the destination takes nothing now; records wait");
  }
  if (overview.store?.error !== undefined) {
    reasons.push("the store cannot be read now; records wait in it and in the journals");
  }
  return { ready: reasons.length === 0, reasons };
}
