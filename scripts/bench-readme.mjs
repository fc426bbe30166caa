/**
 * `npm run bench:readme`: fills the marked places of the documents from bench/results.json. A place for the question `ship`
 * stands between `<!-- bench:ship -->` and `<!-- /bench:ship -->`. In README.md and docs/comparison.md it is a short table; in
 * bench/, all that the question printed. With `--check` nothing is written, and the exit code is 1 when a document says something else.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { figure, table } from "../dist/bench/lib/table.js";
import { CONTENDERS } from "../dist/bench/log-call/contender.js";
import { SCENARIOS, WAYS } from "../dist/bench/peers/shape.js";

const root = new URL("../", import.meta.url);
const results = readResults(new URL("bench/results.json", root));

const SHORT_DOCUMENTS = ["README.md", "docs/comparison.md"];

/** What those show of a question; of one that is not here, all. */
const SHORT = {
  "log-call"({ rows, survivors }) {
    const of = (name, record) => rows.find((row) => row.name === name && row.record === record);
    const cells = ({ nsPerCall, ratio }) => [figure(nsPerCall), figure(ratio, 2)];
    const head = ["", "900 bytes, ns", "to pino async", "small, ns", "to pino async"];
    return table(
      [...head, `lost of ${figure(survivors[0].of)} by a SIGKILL`],
      survivors.map(({ name, lost }) => [
        CONTENDERS[name].label,
        ...cells(of(name, "900-byte")),
        ...cells(of(name, "small")),
        figure(lost),
      ]),
    ).concat("\n\nMeans over bursts of 100 calls; winston only queues in the call and pays later.");
  },
  peers({ rows }) {
    const of = (way, scenario) => rows.find((row) => row.way === way && row.scenario === scenario);
    const cases = Object.keys(SCENARIOS);
    const counted = ({ lost, doubled, outOfOrder, records }) =>
      lost + doubled + outOfOrder === 0
        ? `all of ${figure(records)}`
        : [
            [lost, "lost"],
            [doubled, "doubled"],
            [outOfOrder, "out of order"],
          ]
            .filter(([count]) => count > 0)
            .map(([count, what]) => `${figure(count)} ${what}`)
            .join(", ")
            .concat(` of ${figure(records)}`);
    return table(
      ["", ...cases.map((name) => SCENARIOS[name].title), "event loop, µs a record", "CPU, µs a record"],
      Object.keys(WAYS).map((way) => [
        WAYS[way],
        ...cases.map((name) => counted(of(way, name))),
        figure(of(way, "plain").loopUsPerRecord, 1),
        figure(of(way, "plain").cpuUsPerRecord, 1),
      ]),
    );
  },
  ship({ rows }) {
    const latencies = [...new Set(rows.map(({ latencyMs }) => latencyMs))];
    const of = (name, latencyMs) => rows.find((row) => row.sender === name && row.latencyMs === latencyMs);
    const head = [
      "cloud answers after",
      "dragonlog ship, records/s",
      "the loop, records/s",
      "ratio",
      "CPU µs a record",
    ];
    return table(
      [...head, "peak MB", "lost, doubled, out of order"],
      latencies.map((latencyMs) => {
        const shipped = of("paced", latencyMs);
        return [
          `${latencyMs} ms`,
          figure(shipped.recordsPerSecond),
          figure(of("loop", latencyMs).recordsPerSecond),
          figure(shipped.ratio, 1),
          figure(shipped.cpuUsPerRecord, 1),
          figure(shipped.rssPeakBytes / 1e6),
          figure(shipped.lost + shipped.duplicates + shipped.outOfOrder),
        ];
      }),
    );
  },
};

/** What docs/index.md says of a question: a fact. */
const FACTS = {
  "log-call"({ rows, survivors }) {
    const { nsPerCall, ratio } = rows.find(
      ({ name, record }) => name === "dragonlog" && record === "900-byte",
    );
    const lost = Object.fromEntries(survivors.map((each) => [each.name, figure(each.lost)]));
    return [
      `**A log call takes ${figure(nsPerCall / 1000, 1)} µs** for a record of 900 bytes: ${figure(ratio, 2)} of what pino takes with its`,
      "asynchronous destination.\n",
      `**A SIGKILL takes nothing.** Of ${figure(survivors[0].of)} records whose log call had returned, dragonlog lost ${lost.dragonlog},`,
      `pino with its asynchronous destination ${lost["pino-async"]}, winston with its File transport ${lost.winston}.`,
    ].join("\n");
  },
  ship({ rows }) {
    const slow = rows.filter(({ latencyMs }) => latencyMs === 300);
    const [shipped, loop] = ["paced", "loop"].map((name) => slow.find(({ sender }) => sender === name));
    return [
      `**A backlog goes at ${figure(shipped.recordsPerSecond)} records a second** to a cloud that answers after 300 ms. A loop that sends`,
      `1,000 at a time, one request after the other, does ${figure(loop.recordsPerSecond)}.`,
    ].join("\n");
  },
};

const documents = [
  ...SHORT_DOCUMENTS,
  "docs/index.md",
  "bench/README.md",
  ...readdirSync(new URL("bench/", root)).map((name) => `bench/${name}/README.md`),
].filter((path) => existsSync(new URL(path, root)));

const different = documents.filter((path) => {
  const file = new URL(path, root);
  const before = readFileSync(file, "utf8");
  const after = before.replace(
    /(<!-- bench:([\w-]+) -->\n)[\s\S]*?(<!-- \/bench:\2 -->)/g,
    (place, start, name, end) =>
      results[name] === undefined ? place : `${start}${shown(path, name, results[name])}\n${end}`,
  );
  if (after !== before && !process.argv.includes("--check")) writeFileSync(file, after);
  return after !== before;
});

if (process.argv.includes("--check")) {
  for (const path of different)
    console.error(`${path} does not say what bench/results.json does: npm run bench:readme`);
  process.exitCode = different.length === 0 ? 0 : 1;
} else {
  console.log(different.length === 0 ? "nothing has changed" : `filled: ${different.join(", ")}`);
}

function shown(path, name, result) {
  const { date, commit, flags, tables } = result;
  if (path === "docs/index.md") return FACTS[name](result);
  if (SHORT_DOCUMENTS.includes(path) && SHORT[name] !== undefined) return SHORT[name](result);
  const how = flags.length === 0 ? "" : `, with \`${flags.join(" ")}\``;
  return `Measured on ${date} at commit ${commit}${how}.\n\n${tables}`;
}

/** Nothing was measured yet where there is no such file: then the documents stay as they are. */
function readResults(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}
