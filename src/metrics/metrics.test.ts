import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import type { Overview } from "../watch/overview.js";
import { parseExposition } from "./exposition.cases.js";
import { METRICS, metricsText } from "./metrics.js";
import { AT_MS, fullOverview, PID, quietOverview, shipperView, writerView } from "./overview.cases.js";
import { LABEL_VALUES_MAX } from "./samples.js";

const noPromtool: string | false =
  spawnSync("promtool", ["--version"]).status === 0 ? false : "promtool is not on the PATH";

async function read(overview: Overview) {
  const { text } = await metricsText(overview, { pid: PID });
  const families = parseExposition(text);
  /** The value of the one series with these labels, as `a=b c=d`. */
  const value = (name: string, labels = ""): number | undefined =>
    [...families.values()]
      .flatMap(({ series }) => series)
      .find(
        (each) =>
          each.name === name &&
          Object.entries(each.labels)
            .map(([label, text]) => `${label}=${text}`)
            .join(" ") === labels,
      )?.value;
  return { text, families, value };
}

test("every metric is written, with its help, type and labels, and a sample where there is something to say", async () => {
  const { families } = await read(fullOverview());
  assert.deepEqual(
    [...families.keys()],
    METRICS.map(({ name }) => name),
  );
  for (const { name, type, help, labels } of METRICS) {
    const family = families.get(name)!;
    assert.deepEqual([family.type, family.help], [type, help]);
    assert.notEqual(family.series.length, 0, name);
    assert.deepEqual([...new Set(family.series.flatMap((each) => Object.keys(each.labels)))], labels, name);
  }
});

test("the content type is that of the text format", async () => {
  const { contentType } = await metricsText(quietOverview());
  assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
});

test("figures of the machine", async () => {
  const { value } = await read(fullOverview());
  const expected: Record<string, number> = {
    dragonlog_healthy: 0,
    dragonlog_problems: 1,
    dragonlog_warnings: 2,
    dragonlog_waiting_records: 30,
    dragonlog_waiting_bytes: 27_000,
    dragonlog_oldest_age_seconds: 90,
    dragonlog_lag_records: 66,
    dragonlog_journals_untaken: 1,
    dragonlog_logged_records_per_second: 12.5,
    dragonlog_journal_file_bytes: 5e8,
    dragonlog_journal_max_bytes: 1e10,
    dragonlog_journal_fullest_ratio: (27_000 + 30 * 32) / 1_073_741_824,
    dragonlog_shippers: 3,
    dragonlog_standbys: 1,
    dragonlog_forwarder_put_records: 110,
    dragonlog_forwarder_in_store_records: 41,
    dragonlog_forwarder_lost_records: 2,
    dragonlog_dead_letter_bytes: 2048,
  };
  for (const [name, figure] of Object.entries(expected)) assert.equal(value(name), figure, name);
  assert.equal(value("dragonlog_journals", "state=alive"), 150);
  assert.equal(value("dragonlog_journals", "state=ended"), 60);
  assert.equal(value("dragonlog_journals", "state=unreadable"), 1);
  assert.equal(value("dragonlog_journal_waiting_records", "service=api"), 40);
  assert.equal(value("dragonlog_journal_waiting_records", "service=(others)"), 50);
  assert.equal(value("dragonlog_journal_oldest_age_seconds", "service=api"), 90);
  assert.equal(value("dragonlog_journal_dropped_records", "cause=journal full"), 5);
  assert.equal(value("dragonlog_journal_dropped_records", "cause=disk full"), 0);
  assert.equal(value("dragonlog_forwarders", "state=held_up"), 1);
});

test("figures of the store, and none where there is no store or it cannot be read", async () => {
  const { value } = await read(fullOverview());
  assert.deepEqual(
    [
      "up",
      "used_bytes",
      "max_bytes",
      "fullest_ratio",
      "budget_bytes",
      "evicts",
      "partitions_taken",
      "shippers",
    ].map((name) => value(`dragonlog_store_${name}`)),
    [1, 1500, 2000, 0.9, 950, 1, 16, 2],
  );
  assert.equal(value("dragonlog_store_list_entries", "list=logs:buffer"), 7);
  assert.equal(value("dragonlog_store_list_entries", "list=unreadable"), undefined);
  const seriesOf = async (store: Overview["store"]) =>
    [...(await read(quietOverview({ store }))).families.values()]
      .filter(({ name }) => name.startsWith("dragonlog_store_"))
      .flatMap(({ series }) => series);
  assert.deepEqual(await seriesOf(undefined), []);
  const { store } = fullOverview();
  assert.deepEqual(await seriesOf({ ...store!, error: "away" }), [
    { name: "dragonlog_store_up", labels: {}, value: 0 },
  ]);
  const unlimited = {
    ...store!,
    servers: [{ kind: "redis", version: "7", usedBytes: 5, bytesMax: 0, evicts: false }],
  };
  const { value: unlimitedValue } = await read(quietOverview({ store: unlimited }));
  assert.equal(unlimitedValue("dragonlog_store_max_bytes"), undefined);
  assert.equal(unlimitedValue("dragonlog_store_fullest_ratio"), 0);
});

test("what is logged is told as shippers measured it, who see journals that come and go between two scrapes", async () => {
  const rates = { overMs: 5000, inRecords: 0, outRecords: 2000, outBytes: 0 };
  const measured = (inRecords: number) => shipperView({ rates: { ...rates, inRecords } });
  const logged = async (shippers: Overview["shippers"]) =>
    (await read(quietOverview({ rates, shippers }))).value("dragonlog_logged_records_per_second");
  assert.equal(await logged([measured(2000), measured(1990), shipperView({ rates: undefined })]), 2000);
  assert.equal(await logged([shipperView({ rates: undefined })]), undefined);
});

test("of several shippers only this process's own is counted, so that instances can be summed up", async () => {
  const { value, text } = await read(fullOverview());
  assert.equal(value("dragonlog_delivered_records_total", "sink=cloudwatch eu-central-1"), 101);
  assert.doesNotMatch(text, /stdout|987654321/);
  const standby = await read(quietOverview({ shippers: [shipperView({ pid: 1 })] }));
  assert.deepEqual(standby.families.get("dragonlog_delivered_records_total")!.series, []);
  assert.deepEqual(standby.families.get("dragonlog_put_duration_seconds")!.series, []);
  assert.equal(standby.value("dragonlog_shippers"), 1);
});

test("figures of this shipper", async () => {
  const { value } = await read(fullOverview());
  assert.equal(value("dragonlog_logged_records_total"), 130);
  assert.equal(value("dragonlog_logged_bytes_total"), 117_000);
  assert.equal(value("dragonlog_put_failures_total", "cause=throttled"), 3);
  assert.equal(value("dragonlog_put_failures_total", "cause=credentials"), 0);
  assert.equal(value("dragonlog_put_failures_total", "cause=dead letters"), undefined);
  assert.equal(value("dragonlog_write_failures_total", "what=dead letters"), 5);
  assert.equal(value("dragonlog_write_failures_total", "what=in-flight notes"), 0);
  assert.equal(value("dragonlog_dead_letters_total", "reason=invalid"), 2);
  assert.equal(value("dragonlog_damaged_records_total", "cause=damaged"), 3);
  assert.equal(value("dragonlog_damaged_records_total", "cause=damaged bytes"), undefined);
  assert.equal(value("dragonlog_damaged_bytes_total", "cause=damaged"), 4096);
  assert.equal(value("dragonlog_circuit_state", "state=open"), 1);
  assert.equal(value("dragonlog_circuit_state", "state=closed"), 0);
  assert.equal(value("dragonlog_troubles", "cause=denied"), 2);
  assert.equal(value("dragonlog_destination_delivered_bytes_total", "group=g stream=s"), 90_000);
  assert.equal(value("dragonlog_destination_failing", "group=(others) stream=(others)"), 1);
  assert.equal(
    value("dragonlog_destination_delivered_timestamp_seconds", "group=g stream=s"),
    (AT_MS - 500) / 1000,
  );
  assert.equal(value("dragonlog_alerts_sent_total", "channel=mail"), 3);
  assert.equal(value("dragonlog_destinations_refused"), 2);
  assert.equal(value("dragonlog_put_duration_seconds_bucket", "le=0.005"), 1);
  assert.equal(value("dragonlog_put_duration_seconds_bucket", "le=0.025"), 6);
  assert.equal(value("dragonlog_put_duration_seconds_bucket", "le=30"), 10);
  assert.equal(value("dragonlog_put_duration_seconds_bucket", "le=+Inf"), 15);
  assert.equal(value("dragonlog_put_duration_seconds_sum"), 12.345);
});

test("buckets of another version are left out, rather than counted wrongly", async () => {
  const putLatency = { buckets: [1, 2], count: 3, sumMs: 10 };
  const { families } = await read(quietOverview({ shippers: [shipperView({ putLatency })] }));
  assert.deepEqual(families.get("dragonlog_put_duration_seconds")!.series, []);
});

test("names from elsewhere cannot break a line, and those that are cut alike are summed up", async () => {
  const names = [
    'a"b',
    "a\\b",
    "a\nb",
    "a\\nb",
    "a\u001b[31mb",
    "{}",
    "",
    "\ud800",
    "\ufffd",
    "x".repeat(10_240),
  ];
  const writers = [...names, `${"x".repeat(10_240)}y`].map((service) => writerView({ service }));
  const { families, value } = await read(quietOverview({ writers }));
  const { series } = families.get("dragonlog_journal_waiting_records")!;
  assert.equal(series.length, names.length - 1);
  for (const { labels } of series) assert.ok(labels.service!.length <= 129);
  assert.equal(value("dragonlog_journal_waiting_records", `service=${"x".repeat(128)}…`), 20);
  assert.equal(value("dragonlog_journal_waiting_records", "service=\ufffd"), 20);
  assert.equal(value("dragonlog_journal_waiting_records", "service=a\\u{1b}[31mb"), 10);
});

test("a thousand services and destinations make a hundred series, and one of the others", async () => {
  const many = Array.from({ length: 1000 }, (_, at) => at);
  const writers = many.map((at) =>
    writerView({ service: `s${at}`, waiting: { records: at, bytes: at, oldestMs: undefined } }),
  );
  const destinations = many.map((at) => ({
    ...{ group: "g", stream: `${at}`, records: 1, bytes: at, batches: 1, failures: 0 },
    ...{ recordsPerSecond: undefined, deliveredAtMs: undefined, lastError: undefined },
  }));
  const others = { ...destinations[0]!, group: "", stream: "(others)", bytes: 5 };
  const counts = { failures: Object.fromEntries(many.map((at) => [`cause ${at}`, 1])) };
  const shippers = [shipperView({ destinations: [...destinations, others] }, counts)];
  const { families, value } = await read(quietOverview({ writers, shippers }));
  for (const { name, series } of families.values()) assert.ok(series.length <= LABEL_VALUES_MAX + 1, name);
  const sum = (900 * 899) / 2;
  assert.equal(value("dragonlog_journal_waiting_records", "service=s999"), 999);
  assert.equal(value("dragonlog_journal_waiting_records", "service=(others)"), sum);
  assert.equal(
    value("dragonlog_destination_delivered_bytes_total", "group=(others) stream=(others)"),
    sum,
    "what the shipper has summed up was counted when it stood apart",
  );
});

test("whatever the names and figures of an overview, the text is one that Prometheus reads", async () => {
  const count = fc.oneof(
    fc.nat(),
    fc.double({ min: 0 }),
    fc.constant(undefined as never),
    fc.constant(null as never),
  );
  const counts = fc.dictionary(fc.string({ unit: "binary" }), count);
  const name = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("(others)", "__proto__", "le", "\r\n"),
  );
  await fc.assert(
    fc.asyncProperty(counts, counts, fc.array(name), count, async (failures, dropped, names, figure) => {
      const waiting = { records: figure, bytes: figure, oldestMs: figure };
      await read(
        quietOverview({
          waiting,
          writers: names.map((service) => writerView({ service, waiting })),
          journals: { ...fullOverview().journals, dropped },
          shippers: [shipperView({ sink: names.join() }, { failures, damage: failures, lists: dropped })],
        }),
      );
    }),
    { numRuns: 100 },
  );
});

test("promtool finds nothing wrong", { skip: noPromtool }, async () => {
  const { text } = await metricsText(fullOverview(), { pid: PID });
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
