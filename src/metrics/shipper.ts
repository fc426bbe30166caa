/** What this shipper has done since it started, and what it does now. */
import { LETTERS_FAILURE, NOTES_FAILURE, type ShipCounts } from "../ship/counts.js";
import { type DestinationVitals, LATENCY_BUCKETS_MS, type Latency } from "../ship/vitals.js";
import type { ShipperView } from "../watch/overview.js";
import { counter, gauge, type Metric, seconds } from "./metric.js";
import { byLabels, byName, labelText, OTHERS, one, oneOf, type Sample } from "./samples.js";

/** They are written from the start, so that the first of them is a rise. */
const FAILURE_CAUSES = ["throttled", "unavailable", "timeout", "network", "credentials", "denied", "data"];
/** Those that are no puts. */
const WRITES: readonly string[] = [LETTERS_FAILURE, NOTES_FAILURE];
const DEAD_LETTER_REASONS = ["too-old", "too-new", "expired", "invalid"];
const CIRCUIT_STATES = ["closed", "open", "half-open"];
const DESTINATION = ["group", "stream"];
const DAMAGED_BYTES = " bytes";

export const SHIPPER: readonly Metric[] = [
  counter(
    "dragonlog_logged_records_total",
    [],
    "Records logged, as far as this shipper can see: what it has delivered or set aside, and what waits more than when it started. Rises every ten seconds.",
    ({ logged }) => (logged === undefined ? [] : one(logged.records)),
  ),
  counter("dragonlog_logged_bytes_total", [], "Bytes of them, by the same reckoning.", ({ logged }) =>
    logged === undefined ? [] : one(logged.bytes),
  ),
  counter("dragonlog_delivered_records_total", ["sink"], "Records that the sink has taken.", (shipper) =>
    ofSink(shipper, shipper.counts.deliveredRecords),
  ),
  counter("dragonlog_delivered_bytes_total", ["sink"], "Bytes of their lines.", (shipper) =>
    ofSink(shipper, shipper.counts.deliveredBytes),
  ),
  counter(
    "dragonlog_delivered_batches_total",
    ["sink"],
    "Batches that the sink has taken, parts of batches among them.",
    (shipper) => ofSink(shipper, shipper.counts.deliveredBatches),
  ),
  counter(
    "dragonlog_destination_delivered_records_total",
    DESTINATION,
    "Records that a destination stream has taken.",
    ({ destinations }) => countedByDestination(destinations, ({ records }) => records),
  ),
  counter(
    "dragonlog_destination_delivered_bytes_total",
    DESTINATION,
    "Bytes of their lines.",
    ({ destinations }) => countedByDestination(destinations, ({ bytes }) => bytes),
  ),
  counter(
    "dragonlog_destination_delivered_batches_total",
    DESTINATION,
    "Batches that a destination stream has taken.",
    ({ destinations }) => countedByDestination(destinations, ({ batches }) => batches),
  ),
  counter(
    "dragonlog_destination_failures_total",
    DESTINATION,
    "Failed tries to put a batch into a destination stream.",
    ({ destinations }) => countedByDestination(destinations, ({ failures }) => failures),
  ),
  ofShipper(
    "dragonlog_destination_failing",
    DESTINATION,
    "1 while the last try has failed and what it was for waits, 0 otherwise.",
    ({ destinations }) =>
      byDestination(destinations, ({ lastError }) => (lastError === undefined ? 0 : 1), Math.max),
  ),
  ofShipper(
    "dragonlog_destination_delivered_timestamp_seconds",
    DESTINATION,
    "When a destination stream last took something, in seconds since 1970.",
    ({ destinations }) =>
      byDestination(
        destinations,
        ({ deliveredAtMs }) => (deliveredAtMs === undefined ? undefined : seconds(deliveredAtMs)),
        Math.max,
      ),
  ),
  {
    name: "dragonlog_put_duration_seconds",
    type: "histogram",
    help: "How long puts took that were answered, whatever the answer.",
    labels: ["le"],
    read: ({ shipper }) => (shipper === undefined ? [] : histogram(shipper.putLatency)),
  },
  counter(
    "dragonlog_put_failures_total",
    ["cause"],
    "Failed tries to put a batch, by cause. Each but the last of a batch is followed by another try.",
    ({ counts }) => byName("cause", failures(counts, false), FAILURE_CAUSES),
  ),
  counter(
    "dragonlog_write_failures_total",
    ["what"],
    "Failed tries to write dead letters, whose records stay in the buffer, or notes of what is in flight.",
    ({ counts }) => byName("what", failures(counts, true), WRITES),
  ),
  counter(
    "dragonlog_splits_total",
    [],
    "Batches, and parts of batches, that were split because every try of them had failed.",
    ({ counts }) => one(counts.splits),
  ),
  counter(
    "dragonlog_parks_total",
    [],
    "Batches, or what was left of them, that went back to wait in the buffer.",
    ({ counts }) => one(counts.parks),
  ),
  counter(
    "dragonlog_lookups_total",
    [],
    "Times that a destination was looked at for what may have been stored although its answer was lost.",
    ({ counts }) => one(counts.lookups),
  ),
  counter(
    "dragonlog_found_stored_total",
    [],
    "Events that were found there, and not sent again.",
    ({ counts }) => one(counts.foundStored),
  ),
  counter(
    "dragonlog_dead_letters_total",
    ["reason"],
    "Records that became dead letters, by reason.",
    ({ counts }) => byName("reason", counts.deadLetters, DEAD_LETTER_REASONS),
  ),
  counter(
    "dragonlog_damaged_records_total",
    ["cause"],
    "Records that could not be read any more, by cause.",
    ({ counts }) => byName("cause", damage(counts.damage, false), ["damaged", "missing"]),
  ),
  counter("dragonlog_damaged_bytes_total", ["cause"], "Bytes of them, where those are known.", ({ counts }) =>
    byName("cause", damage(counts.damage, true), ["damaged", "missing"]),
  ),
  counter("dragonlog_read_failures_total", [], "Failed reads of a journal or of the store.", ({ counts }) =>
    one(counts.readFailures),
  ),
  counter(
    "dragonlog_list_elements_total",
    ["list"],
    "Elements of a list that are done with: delivered, or dead letters.",
    ({ counts }) => byName("list", counts.lists),
  ),
  ofShipper("dragonlog_batches_in_flight", [], "Batches that are on their way.", ({ batchesInFlight }) =>
    one(batchesInFlight),
  ),
  ofShipper(
    "dragonlog_circuit_state",
    ["state"],
    "1 for the state that the circuit is in: open while the destination takes nothing, half-open while that is tried.",
    ({ circuit }) => oneOf("state", CIRCUIT_STATES, circuit),
  ),
  ofShipper(
    "dragonlog_troubles",
    ["cause"],
    "What stops this shipper, or one destination, now; of many, twenty.",
    ({ troubles }) =>
      byLabels(
        ["cause"],
        troubles.map(({ cause }) => ({ names: [cause], value: 1 })),
      ),
  ),
  ofShipper(
    "dragonlog_destinations_refused",
    [],
    "Destinations that are refused by themselves while others are delivered to.",
    ({ refused }) => one(refused),
  ),
  counter("dragonlog_alerts_sent_total", ["channel"], "Messages to people that a channel took.", (shipper) =>
    byChannel(shipper, "sent"),
  ),
  counter("dragonlog_alert_failures_total", ["channel"], "Failed tries to send one.", (shipper) =>
    byChannel(shipper, "failures"),
  ),
  counter("dragonlog_alerts_dropped_total", ["channel"], "Messages that were given up.", (shipper) =>
    byChannel(shipper, "dropped"),
  ),
  counter(
    "dragonlog_alerts_gathered_total",
    [],
    "What was told in a later message, together with others.",
    ({ alerts }) => one(alerts.gathered),
  ),
  ofShipper("dragonlog_alerts_waiting", ["channel"], "Messages that wait or are being sent.", (shipper) =>
    byChannel(shipper, "waiting"),
  ),
];

function ofShipper(
  name: string,
  labels: readonly string[],
  help: string,
  read: (shipper: ShipperView) => Sample[],
): Metric {
  return gauge(name, labels, help, ({ shipper }) => (shipper === undefined ? [] : read(shipper)));
}

function ofSink({ sink }: ShipperView, value: number): Sample[] {
  return byLabels(["sink"], [{ names: [sink], value }]);
}

/** What is summed up was counted while it stood apart, and would be counted twice. */
function countedByDestination(
  destinations: readonly DestinationVitals[],
  figure: (destination: DestinationVitals) => number,
): Sample[] {
  return byDestination(
    destinations.filter(({ group }) => group !== ""),
    figure,
  );
}

function byDestination(
  destinations: readonly DestinationVitals[],
  figure: (destination: DestinationVitals) => number | undefined,
  join?: (a: number, b: number) => number,
): Sample[] {
  const counted = destinations.map((each) => ({
    // What is summed up already has a stream only by name, and no group.
    names: [each.group === "" ? OTHERS : each.group, each.stream],
    value: figure(each),
  }));
  return byLabels(DESTINATION, counted, join);
}

function byChannel({ alerts }: ShipperView, figure: "sent" | "failures" | "dropped" | "waiting"): Sample[] {
  return Object.entries(alerts.channels).flatMap(([channel, counts]) =>
    one(counts?.[figure]).map(({ value }) => ({ labels: { channel: labelText(channel) }, value })),
  );
}

function failures(counts: ShipCounts, writes: boolean): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts.failures).filter(([cause]) => WRITES.includes(cause) === writes),
  );
}

function damage(counts: Readonly<Record<string, number>>, bytes: boolean): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([name]) => name.endsWith(DAMAGED_BYTES) === bytes)
      .map(([name, amount]) => [bytes ? name.slice(0, -DAMAGED_BYTES.length) : name, amount]),
  );
}

/** Buckets that rise, as Prometheus wants them; none where they are not those of this version. */
function histogram({ buckets, sumMs }: Latency): Sample[] {
  if (buckets.length !== LATENCY_BUCKETS_MS.length + 1) return [];
  let count = 0;
  const samples = buckets.map((puts, at): Sample => {
    count += puts;
    const le = LATENCY_BUCKETS_MS[at];
    return {
      metricName: "dragonlog_put_duration_seconds_bucket",
      labels: { le: le === undefined ? "+Inf" : String(seconds(le)) },
      value: count,
    };
  });
  return [
    ...samples,
    { metricName: "dragonlog_put_duration_seconds_sum", labels: {}, value: seconds(sumMs) },
    { metricName: "dragonlog_put_duration_seconds_count", labels: {}, value: count },
  ];
}
