/** docs/metrics.md, the dashboard and the rules in examples/ name the metrics that are written, and nothing else. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { parseExposition } from "../../src/metrics/exposition.cases.js";
import { MACHINE } from "../../src/metrics/machine.js";
import type { Metric } from "../../src/metrics/metric.js";
import { METRICS, metricsText } from "../../src/metrics/metrics.js";
import { fullOverview, PID } from "../../src/metrics/overview.cases.js";
import { PROCESS } from "../../src/metrics/process.js";
import { SHIPPER } from "../../src/metrics/shipper.js";
import { STORE } from "../../src/metrics/store.js";
import { ROOT } from "./application.js";

const noPromtool: string | false =
  spawnSync("promtool", ["--version"]).status === 0 ? false : "promtool is not on the PATH";

/** What Prometheus adds to each series itself; `host` by examples/prometheus.yml. */
const TARGET_LABELS = ["instance", "job", "host"];
/** The variable of the dashboard that names its data source. */
const DATASOURCE = ["$", "{datasource}"].join("");
const GRID_COLUMNS = 24;

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

// biome-ignore lint/suspicious/noExplicitAny: a file that is read has no type, and a wrong step fails the test
type Parsed = any;

const docs = read("docs/metrics.md");
const rules: Parsed[] = parse(read("examples/prometheus-alerts.yaml")).groups.flatMap(
  (group: Parsed) => group.rules,
);
const scraping: Parsed = parse(read("examples/prometheus.yml"));
const dashboard: Parsed = JSON.parse(read("examples/grafana-dashboard.json"));
const panels: Parsed[] = dashboard.panels.filter(({ type }: Parsed) => type !== "row");

/** The labels of each series that a scrape of everything brings, by name. */
async function writtenLabels(): Promise<Map<string, Set<string>>> {
  const { text } = await metricsText(fullOverview(), { pid: PID });
  const written = new Map([["up", new Set<string>()]]);
  for (const { name, labels } of [...parseExposition(text).values()].flatMap(({ series }) => series)) {
    const known = written.get(name) ?? new Set();
    for (const label of Object.keys(labels)) known.add(label);
    written.set(name, known);
  }
  return written;
}

interface Named {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What an expression names: each metric with the labels it is selected by, and the labels that are grouped by. */
function namesIn(expression: string): { readonly selected: Named[]; readonly grouped: string[] } {
  const selected: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      const text = expression.slice(node.from, node.to);
      assert.ok(!node.type.isError, `${expression}: wrong at ${node.from}, ${text}`);
      if (node.name === "Identifier" && node.node.parent?.name === "VectorSelector") {
        selected.push({ metric: text, labels: [] });
      } else if (node.name === "LabelName") {
        const isGroup = node.node.parent?.name === "GroupingLabels";
        (isGroup ? grouped : selected.at(-1)!.labels).push(text);
      }
    },
  });
  return { selected, grouped };
}

/** Fails where an expression names what is not written. Returns the labels that its result may have. */
function check(expression: string, written: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const { selected, grouped } = namesIn(expression.replaceAll("$__rate_interval", "5m"));
  assert.notEqual(selected.length, 0, expression);
  const all = new Set(TARGET_LABELS);
  for (const { metric, labels } of selected) {
    const known = written.get(metric) ?? assert.fail(`${expression}: nobody writes ${metric}`);
    for (const label of known) all.add(label);
    for (const label of labels) {
      assert.ok(
        known.has(label) || TARGET_LABELS.includes(label),
        `${expression}: ${metric} has no ${label}`,
      );
    }
  }
  for (const label of grouped) assert.ok(all.has(label), `${expression}: nothing has ${label}`);
  return all;
}

function table(metrics: readonly Metric[]): string {
  const rows = metrics.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`,
  );
  return ["| metric | type | labels | |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

test("docs/metrics.md lists exactly what is written", () => {
  assert.equal(METRICS.length, MACHINE.length + STORE.length + SHIPPER.length + PROCESS.length);
  for (const [title, metrics] of [
    ["Of this machine", MACHINE],
    ["Of the store", STORE],
    ["This shipper", SHIPPER],
    ["Its process", PROCESS],
  ] as const) {
    const chapter = docs.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? assert.fail(title);
    assert.equal(chapter.slice(chapter.indexOf("| metric")), table(metrics), `the table of ${title}`);
  }
  const written = new Set(METRICS.map(({ name }) => name));
  for (const [name] of docs.matchAll(/\bdragonlog_\w+/g)) assert.ok(written.has(name), name);
});

test("every rule is PromQL about what is written", async () => {
  const written = await writtenLabels();
  for (const { alert, expr, annotations } of rules) {
    const labels = check(expr, written);
    for (const [, label] of JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)) {
      assert.ok(labels.has(label!), `${alert}: ${label}`);
    }
  }
});

test("every rule says how grave it is and has a chapter that says what to do, and every chapter a rule", () => {
  const chapters = [...docs.matchAll(/^### (\w+)$/gm)].map(([, title]) => title);
  assert.deepEqual(
    rules.map(({ alert }) => alert),
    chapters,
  );
  for (const { alert, labels, annotations, for: wait = "0s" } of rules) {
    assert.match(labels.severity, /^(critical|warning)$/, alert);
    assert.equal(annotations.runbook, `docs/metrics.md#${alert.toLowerCase()}`);
    assert.ok(annotations.summary && annotations.description, alert);
    assert.match(wait, /^\d+[sm]$/, alert);
  }
});

test("Prometheus is told of rules that exist, and the job of which they speak", () => {
  for (const file of scraping.rule_files) assert.ok(existsSync(join(ROOT, "examples", file)), file);
  const jobs = scraping.scrape_configs.map((job: Parsed) => job.job_name);
  const text = JSON.stringify([rules, panels]);
  for (const [, job] of text.matchAll(/\bjob=\\*"(\w+)/g)) assert.ok(jobs.includes(job), job);
});

test("every query of the dashboard is PromQL about what is written", async () => {
  const written = await writtenLabels();
  for (const { title, targets } of panels) {
    assert.notEqual(targets.length, 0, title);
    for (const { expr, legendFormat } of targets) {
      const labels = check(expr, written);
      assert.match(expr, /instance=~"\$instance"/, `${title}: ${expr}`);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok(labels.has(label!), label);
    }
  }
  for (const { expr } of dashboard.annotations.list) if (expr !== undefined) check(expr, written);
});

test("the dashboard fits any Grafana that is not old: data source and instance are chosen, panels do not overlap", () => {
  assert.ok(dashboard.schemaVersion >= 39);
  const variables = new Map(dashboard.templating.list.map((each: Parsed) => [each.name, each.type]));
  assert.deepEqual(
    [...variables],
    [
      ["datasource", "datasource"],
      ["instance", "query"],
    ],
  );
  const ids = dashboard.panels.map(({ id }: Parsed) => id);
  assert.equal(new Set(ids).size, ids.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= GRID_COLUMNS, title);
    for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        assert.ok(!taken.has(`${x} ${y}`), `${title} lies over another one`);
        taken.add(`${x} ${y}`);
      }
    }
  }
  const sources = panels.flatMap(({ datasource, targets }) => [
    datasource,
    ...targets.map((each: Parsed) => each.datasource),
  ]);
  for (const { uid } of sources) assert.equal(uid, DATASOURCE);
  for (const { description } of panels) assert.ok(description);
});

test("promtool finds nothing wrong with the rules and the scraping", { skip: noPromtool }, () => {
  for (const [what, file] of [
    ["rules", "prometheus-alerts.yaml"],
    ["config", "prometheus.yml"],
  ] as const) {
    const flags = what === "config" ? ["--syntax-only"] : [];
    const { status, stdout, stderr } = spawnSync("promtool", ["check", what, ...flags, file], {
      cwd: join(ROOT, "examples"),
      encoding: "utf8",
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
  }
});
