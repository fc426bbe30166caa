import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { severityOf } from "./in-text.js";

/** Lines as the programs write them, made up here. */
const LINES: readonly (readonly [line: string, level: string | undefined])[] = [
  // Plain words.
  ["ERROR something broke", "ERROR"],
  ["[warn] disk is nearly full", "WARN"],
  ["[ERROR] cannot open", "ERROR"],
  ["WARNING: low on disk", "WARN"],
  ["error: no such file", "ERROR"],
  ["Error: no such file", "ERROR"],
  ["main.c:3:5: error: expected ;", "ERROR"],
  ["\u001b[31mERROR\u001b[0m in colour", "ERROR"],
  ["\u001b[2m2026-01-02T03:04:05Z\u001b[0m \u001b[33m WARN\u001b[0m tower: slow", "WARN"],
  // syslog and the journal of systemd.
  ["<3>cannot open", "ERROR"],
  ["<134>Jan  2 03:04:05 host app: ready", "INFO"],
  ["<0>down", "FATAL"],
  ["Jan  2 03:04:05 host sshd[1]: error: cannot bind", "ERROR"],
  ["Jan  2 03:04:05 host sshd[1]: session opened", undefined],
  // klog, glog, logcat, Ruby.
  ["E0102 15:04:05.123456       1 main.go:12] failed", "ERROR"],
  ["I20260102 15:04:05.123456 1 main.cc:12] ready", "INFO"],
  ["01-02 15:04:05.123  1702  2395 D Window: error 0", "DEBUG"],
  ["W/ActivityManager( 1702): slow", "WARN"],
  ["E, [2026-01-02T03:04:05.678901 #1] ERROR -- : broken", "ERROR"],
  // Java.
  ["2026-01-02 15:04:05,123 INFO [main] a.b.C: 0 errors, no ERROR", "INFO"],
  ["15:04:05.123 [main] WARN  a.b.C -- slow", "WARN"],
  ["15:04:05.123 [IPC Server handler 1 on 8020] ERROR a.b.C - broken", "ERROR"],
  ["2026-01-02 15:04:05.123  INFO 7 --- [main] a.b.C : started", "INFO"],
  ["SEVERE: broken", "ERROR"],
  ["[15:04:05] [Server thread/INFO]: starting", "INFO"],
  // Python.
  ["ERROR:root:broken", "ERROR"],
  ["INFO:app.errors:ERROR is what this is not", "INFO"],
  ["2026-01-02 15:04:05,123 - app - CRITICAL - broken", "FATAL"],
  ["app - DEBUG - ready", "DEBUG"],
  ["[INFO/MainProcess] child started", "INFO"],
  ["[2026-01-02 15:04:05 +0000] [7] [INFO] Booting worker", "INFO"],
  // Go and logfmt.
  ['time=2026-01-02T15:04:05Z level=info msg="no error here"', "INFO"],
  ['msg="level=error is what this is not" level=warn', "WARN"],
  ['ts=1 lvl="error" msg=x', "ERROR"],
  ["2026-01-02T15:04:05.123Z\terror\tmain.go:12\tbroken", "ERROR"],
  ["3:04PM WRN slow", "WARN"],
  ["2026/01/02 15:04:05 INFO ready", "INFO"],
  // Rust.
  ["[2026-01-02T15:04:05Z ERROR app::db] broken", "ERROR"],
  ["2026-01-02T15:04:05.123Z DEBUG app: ready", "DEBUG"],
  // nginx, Apache, PostgreSQL, MySQL, Envoy, Minecraft.
  ["2026/01/02 15:04:05 [error] 12#0: *1 open() failed", "ERROR"],
  ["[Fri Jan 02 15:04:05.123456 2026] [core:error] [pid 1] AH00126: invalid", "ERROR"],
  ["[Fri Jan 02 15:04:05 2026] [notice] ready", "INFO"],
  ["2026-01-02 15:04:05.123 UTC [12] LOG:  database system is ready", "INFO"],
  ["2026-01-02 15:04:05.123 UTC [12] app@db FATAL:  no such role", "FATAL"],
  ["2026-01-02T15:04:05.123456Z 0 [Warning] [MY-010] deprecated", "WARN"],
  ["[2026-01-02 15:04:05.123][1][warning][main] slow", "WARN"],
  // .NET, npm, PHP, Windows.
  ["fail: App.Program[0]", "ERROR"],
  ["crit: App.Program[0]", "FATAL"],
  ["npm ERR! code E404", "ERROR"],
  ["npm warn deprecated a@1", "WARN"],
  ["PHP Fatal error:  Uncaught Exception: x in /a.php:3", "ERROR"],
  ["[2026-01-02T15:04:05.123456+00:00] shop.ERROR: broken []", "ERROR"],
  ["PHP Warning:  no such file", "WARN"],
  ["2026-09-28 04:30:30, Error                 CBS    Failed", "ERROR"],
  // The first lines of failures.
  ["Traceback (most recent call last):", "ERROR"],
  ['Exception in thread "main" java.lang.RuntimeException: x', "ERROR"],
  ["java.lang.IllegalStateException: x", "ERROR"],
  ["TypeError: x is not a function", "ERROR"],
  ["panic: runtime error: index out of range", "FATAL"],
  ["thread 'main' panicked at src/main.rs:2:5:", "FATAL"],
  ["Unhandled exception. System.Exception: x", "ERROR"],
  // No level at all.
  ["", undefined],
  ["ready", undefined],
  ["no error", undefined],
  ["0 errors found", undefined],
  ["finished without any ERROR at all", undefined],
  ["2026-01-02 15:04:05 user asked for the ERROR page", undefined],
  ['127.0.0.1 - - [02/Jan/2026:15:04:05 +0000] "GET /ERROR HTTP/1.1" 200 12', undefined],
  ["the errors: none", undefined],
  ["ERRORS are none", undefined],
  ["Informationen zum Stand", undefined],
  ["    at main (/a.js:1:1)", undefined],
  ["plain\nERROR in the second line", undefined],
];

test("a level is found where programs write it, and nowhere else", () => {
  const found = LINES.map(([line]) => [line, severityOf(line)]);
  assert.deepEqual(found, LINES);
});

test("any text has a level or none, found in the same head whatever follows", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400, size: "max" }),
    fc
      .array(
        fc.constantFrom(
          "ERROR",
          "[",
          "]",
          "<3>",
          '"',
          "=",
          "level",
          ":",
          " ",
          "\t",
          "\u001b[1m",
          "12:00:00",
          "at",
        ),
        {
          maxLength: 80,
          size: "max",
        },
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const level = severityOf(text);
      assert.equal(severityOf(`${text}\nERROR [error] level=error`), level);
    }),
  );
});
