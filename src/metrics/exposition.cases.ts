/**
 * Prometheus's text format, read strictly: https://prometheus.io/docs/instrumenting/exposition_formats/
 * What a scrape would refuse, or keep differently from what was meant, fails here.
 */
import assert from "node:assert/strict";

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = "[a-zA-Z_][a-zA-Z0-9_]*";
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\\\\\|\\\\n)+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$`, "s");
const LABEL = new RegExp(`(${NAME})="((?:[^"\\\\]|\\\\["\\\\n])*)"(,|$)`, "sy");

/** Fails where a line is none of the format, stands in the wrong place, or says what was said before. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line is ended");
  const families = new Map<string, Family & { series: Series[] }>();
  const seen = new Set<string>();
  let family: (Family & { series: Series[] }) | undefined;
  let help: readonly string[] | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("# HELP ")) {
      help = HELP.exec(line) ?? assert.fail(line);
      continue;
    }
    if (line.startsWith("#")) {
      const [, name, type] = TYPE.exec(line) ?? assert.fail(line);
      assert.equal(help?.[1], name, "TYPE comes after HELP");
      assert.ok(!families.has(name!), `${name} once`);
      family = { name: name!, type: type!, help: help![2]!, series: [] };
      families.set(name!, family);
      continue;
    }
    const series = parseSample(line);
    assert.ok(
      family !== undefined && belongsTo(series.name, family),
      `${line} stands under its own HELP and TYPE`,
    );
    const key = JSON.stringify([series.name, Object.entries(series.labels).sort()]);
    assert.ok(!seen.has(key), `${line} stands once`);
    seen.add(key);
    family.series.push(series);
  }
  for (const each of families.values()) checkFamily(each);
  return families;
}

function parseSample(line: string): Series {
  const [, name, labelsText = "", valueText] = SAMPLE.exec(line) ?? assert.fail(line);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < labelsText.length; at = LABEL.lastIndex) {
    const [, label, value] = LABEL.exec(labelsText) ?? assert.fail(line);
    assert.ok(!Object.hasOwn(labels, label!), `${line}: ${label} once`);
    labels[label!] = value!.replace(/\\(["\\n])/g, (_, char) => (char === "n" ? "\n" : char));
  }
  return { name: name!, labels, value: Number(valueText!.replace("Inf", "Infinity")) };
}

function belongsTo(name: string, { name: of, type }: Family): boolean {
  return type === "histogram" ? ["_bucket", "_sum", "_count"].some((end) => name === of + end) : name === of;
}

function checkFamily({ name, type, series }: Family): void {
  if (type === "counter") {
    assert.ok(name.endsWith("_total"), `${name} is a counter by name`);
    for (const { value } of series) assert.ok(value >= 0, `${name} never falls below 0`);
  } else {
    assert.doesNotMatch(name, /_total$/);
  }
  if (type === "histogram" && series.length > 0) checkHistogram(name, series);
}

function checkHistogram(name: string, series: readonly Series[]): void {
  const buckets = series.filter((each) => each.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace("Inf", "Infinity")));
  assert.deepEqual(
    bounds,
    [...bounds].sort((a, b) => a - b),
    `${name}: le rises`,
  );
  assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY);
  for (let at = 1; at < buckets.length; at++) {
    assert.ok(buckets[at]!.value >= buckets[at - 1]!.value, `${name}: buckets are cumulative`);
  }
  const [count] = series.filter((each) => each.name === `${name}_count`);
  assert.equal(buckets.at(-1)!.value, count?.value, `${name}: the last bucket is the count`);
  assert.equal(series.filter((each) => each.name === `${name}_sum`).length, 1);
}
