/** What a store that fails does, and shippers that share one. */
import { FULL } from "./harness/shape.js";
import { clusterFailOver, sentinelFailOver } from "./scenarios/fail-over.js";
import { sharedKills } from "./scenarios/shared-kills.js";
import { shipperPaused } from "./scenarios/shipper-paused.js";
import { storeRestored } from "./scenarios/store-restored.js";
import { flushed, full, killed, storeTrouble } from "./scenarios/store-trouble.js";
import type { Scenario } from "./scenarios.js";

const RECORDS = 200_000;
/** Scaled down: so long that a living shipper on a busy machine does not lose its leases. */
const SHARED_EXPIRY_MS = 5000;

/** By the name that the script takes. */
export const STORE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  "store-killed": {
    title: "SIGKILL of the store, which comes back empty",
    play: storeTrouble(killed),
    full: { ...FULL, records: RECORDS, faultMs: 5000 },
    scaledDown: { faultMs: 300 },
  },
  "store-flushed": {
    title: "the store is flushed",
    play: storeTrouble(flushed),
    full: { ...FULL, records: RECORDS, faultMs: 0 },
    scaledDown: { faultMs: 0 },
  },
  "store-full": {
    title: "the store takes nothing for want of memory",
    play: storeTrouble(full),
    full: { ...FULL, records: RECORDS, faultMs: 10_000 },
    scaledDown: { faultMs: 1000 },
  },
  "store-restored": {
    title: "the store comes back as it was before, and the shipper is killed with it",
    play: storeRestored,
    full: { ...FULL, records: RECORDS, faultMs: 0 },
    scaledDown: { faultMs: 0 },
  },
  "cluster-fail-over": {
    title: "a primary of a cluster is killed for good",
    play: clusterFailOver,
    full: { ...FULL, records: RECORDS, faultMs: 0 },
    scaledDown: { faultMs: 0 },
  },
  "sentinel-fail-over": {
    title: "the primary behind a Sentinel is killed for good",
    play: sentinelFailOver,
    full: { ...FULL, records: RECORDS, faultMs: 0 },
    scaledDown: { faultMs: 0 },
  },
  "shared-kills": {
    title: "4 applications, and 3 shippers of which one is killed again and again",
    play: sharedKills,
    full: { ...FULL, records: RECORDS, faultMs: 3000 },
    scaledDown: { faultMs: 700, latencyMs: 150, leaseExpiryMs: SHARED_EXPIRY_MS },
  },
  "shipper-paused": {
    title: "a shipper is stopped for longer than its leases last, and goes on",
    play: shipperPaused,
    full: { ...FULL, records: 250_000, faultMs: 3000 },
    scaledDown: { faultMs: 500, latencyMs: 150, leaseExpiryMs: SHARED_EXPIRY_MS },
  },
};
