/**
 * The levels of real logs: Loghub's 2,000 lines each of 16 systems (https://github.com/logpai/loghub). Their licence does
 * not let them stand in this repository; `LOGHUB` names the folder where they lie, as `<system>.log` or `<system>_2k.log`.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { severityOf } from "./in-text.js";

interface System {
  readonly levels: Readonly<Record<string, number>>;
  /** What the level of a line is by the form of this system alone; `none` where it has no such field. */
  readonly field: (line: string) => string;
}

const JAVA = /\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/;
const OPENSSH = /sshd\[\d+\]: (error|fatal): /;
const firstOf = (pattern: RegExp) => (line: string) => pattern.exec(line)?.[1] ?? "none";

/** For systems with a level in each line these are the counts of Loghub's own column `Level`. */
const SYSTEMS: Readonly<Record<string, System>> = {
  Android: {
    levels: { D: 650, V: 257, I: 920, W: 170, E: 3 },
    field: firstOf(/^\S+ \S+ +\d+ +\d+ (\w) /),
  },
  Apache: { levels: { notice: 1405, error: 595 }, field: firstOf(/\] \[(\w+)\]/) },
  BGL: {
    levels: { INFO: 1597, FATAL: 347, ERROR: 41, WARNING: 8, SEVERE: 7 },
    field: firstOf(/ (INFO|FATAL|ERROR|WARNING|SEVERE|FAILURE) /),
  },
  HDFS: { levels: { INFO: 1920, WARN: 80 }, field: firstOf(JAVA) },
  HPC: { levels: { none: 2000 }, field: () => "none" },
  Hadoop: { levels: { INFO: 1040, WARN: 808, ERROR: 150, FATAL: 2 }, field: firstOf(JAVA) },
  HealthApp: { levels: { none: 2000 }, field: () => "none" },
  Linux: { levels: { none: 1998, warning: 2 }, field: firstOf(/\]: (warning): /) },
  Mac: {
    levels: { none: 1992, WARNING: 3, Error: 2, ERROR: 3 },
    field: firstOf(/\](?:: (?:\[\w+\] \[\w+\] \[|[\d:.]+ )?)?(WARNING|ERROR|Error)[:\]]/),
  },
  OpenSSH: { levels: { none: 1952, error: 47, fatal: 1 }, field: firstOf(OPENSSH) },
  OpenStack: { levels: { INFO: 1969, WARNING: 31 }, field: firstOf(/ \d+ (INFO|WARNING) /) },
  Proxifier: { levels: { none: 2000 }, field: () => "none" },
  Spark: { levels: { INFO: 2000 }, field: firstOf(JAVA) },
  Thunderbird: { levels: { none: 1964, Warning: 35, error: 1 }, field: firstOf(/: (Warning|error): /) },
  Windows: { levels: { Info: 2000 }, field: firstOf(/, (\w+) {2,}/) },
  Zookeeper: { levels: { WARN: 1318, INFO: 669, ERROR: 13 }, field: firstOf(JAVA) },
};

const TYPES: Readonly<Record<string, string>> = {
  none: "none",
  V: "TRACE",
  D: "DEBUG",
  I: "INFO",
  W: "WARN",
  E: "ERROR",
  NOTICE: "INFO",
  WARNING: "WARN",
  SEVERE: "ERROR",
  FAILURE: "ERROR",
};
const typeOf = (field: string): string => TYPES[field] ?? TYPES[field.toUpperCase()] ?? field.toUpperCase();

for (const [system, { levels, field }] of Object.entries(SYSTEMS)) {
  const folder = process.env.LOGHUB;
  const file = [`${system}.log`, `${system}_2k.log`]
    .map((name) => join(folder ?? "", name))
    .find((path) => folder !== undefined && existsSync(path));
  const skip =
    file === undefined && `the log of ${system} is in no folder that LOGHUB names; it may not be copied here`;
  test(`the levels of ${system} are those of its own form`, { skip }, () => {
    const lines = readFileSync(file!, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    for (const line of lines) {
      const expected = field(line);
      counts[expected] = (counts[expected] ?? 0) + 1;
      if ((severityOf(line) ?? "none") !== typeOf(expected)) wrong.push(line);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(counts, levels);
  });
}
