/** Stack traces as programs print them; each is one record. */
export const TRACES: Readonly<Record<string, string>> = {
  "Node.js, nobody caught it": `/srv/app.js:3
  throw new Error("no room");
  ^

Error: no room
    at main (/srv/app.js:3:9)
    at node:internal/main/run_main_module:28:49

Node.js v20.19.0`,
  "Node.js, with a cause and members": `TypeError: cannot read
    at main (/srv/app.js:3:9) {
  code: 'E_X',
  [cause]: Error: below
      at inner (/srv/app.js:1:1)
}`,
  "Node.js, a message of several lines": `Error: Cannot find module './x'
Require stack:
- /srv/app.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1140:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/srv/app.js' ]
}`,
  "Node.js, a module": `file:///srv/app.mjs:1
throw new RangeError("x");
      ^

RangeError: x
    at file:///srv/app.mjs:1:7

Node.js v22.1.0`,
  "Node.js, something else than an error": `/srv/app.js:1
throw "text";
^
text
(Use \`node --trace-uncaught ...\` to show where the exception was thrown)

Node.js v20.19.0`,
  "Java, below a line of the log": `2026-01-02 15:04:05,123 ERROR [main] a.b.C: failed
java.lang.IllegalStateException: no room
\tat a.b.C.run(C.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.io.IOException: disk
\tat a.b.D.write(D.java:7)
\t... 12 more`,
  "Java, below a line that is no error": `2026-01-02 15:04:05,123 INFO [main] a.b.C: tried
java.net.ConnectException: refused
\tat a.b.C.run(C.java:12)
\tSuppressed: java.io.IOException: close
\t\tat a.b.D.close(D.java:9)
\t... 3 common frames omitted`,
  "Java, nobody caught it": `Exception in thread "main" java.lang.RuntimeException: x
\tat a.b.Main.main(Main.java:3)`,
  "Java, a message of several lines": `2026-01-02 15:04:05,123 WARN [main] a.b.C: failed
org.hibernate.exception.SQLGrammarException: could not execute
the query that was
select 1 form dual
\tat a.b.C.run(C.java:12)`,
  Python: `Traceback (most recent call last):
  File "/srv/app.py", line 3, in <module>
    main()
    ~~~~^^
  File "/srv/app.py", line 2, in main
    raise ValueError("x")
ValueError: x`,
  "Python, one after another": `Traceback (most recent call last):
  File "/srv/app.py", line 2, in <module>
    1 / 0
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app.py", line 4, in <module>
    raise KeyError("k")
KeyError: 'k'`,
  "Python, below a line of the log": `ERROR:root:failed
Traceback (most recent call last):
  File "/srv/app.py", line 2, in <module>
    main()
my.pkg.errors.Odd: x`,
  "Python, a mistake in the source": `  File "/srv/app.py", line 1
    def (
        ^
SyntaxError: invalid syntax`,
  "Python, interrupted": `Traceback (most recent call last):
  File "/srv/app.py", line 2, in <module>
    wait()
KeyboardInterrupt`,
  Go: `panic: runtime error: index out of range [3] with length 1

goroutine 1 [running]:
main.pick(...)
\t/srv/main.go:9
main.main()
\t/srv/main.go:5 +0x1d
exit status 2`,
  "Go, a signal": `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45e9a3]

goroutine 7 [running]:
main.(*Server).serve(0x0, {0x4b2f60, 0xc000012345})
\t/srv/main.go:12 +0x23
created by main.main in goroutine 1
\t/srv/main.go:20 +0x65`,
  "Go, a server that goes on": `2026/01/02 15:04:05 http: panic serving 127.0.0.1:4711: odd
goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1903 +0xbe
panic({0x6b2c80?, 0x7a1b30?})
\t/usr/local/go/src/runtime/panic.go:770 +0x132`,
  ".NET, nobody caught it": `Unhandled exception. System.InvalidOperationException: outer
 ---> System.IO.IOException: inner
   at App.Disk.Write() in /srv/Disk.cs:line 7
   --- End of inner exception stack trace ---
   at App.Program.Main() in /srv/Program.cs:line 3`,
  ".NET, its console logger": `fail: App.Program[0]
      It failed
      System.Exception: x
         at App.Program.Main() in /srv/Program.cs:line 3`,
  Ruby: `/srv/app.rb:2:in \`inner': no room (RuntimeError)
\tfrom /srv/app.rb:5:in \`outer'
\tfrom /srv/app.rb:8:in \`<main>'`,
  "Ruby, below a line of the log": `E, [2026-01-02T15:04:05.678901 #1] ERROR -- : no room (RuntimeError)
/srv/app.rb:2:in 'Object#inner'
/srv/app.rb:5:in '<main>'`,
  PHP: `PHP Fatal error:  Uncaught Exception: x in /srv/a.php:3
Stack trace:
#0 /srv/a.php(7): f()
#1 {main}
  thrown in /srv/a.php on line 3`,
  "PHP, Monolog": `[2026-01-02T15:04:05.123456+00:00] shop.ERROR: broken {"exception":"[object] (Exception(code: 0): x at /srv/a.php:3)
[stacktrace]
#0 /srv/a.php(7): f()
#1 {main}
"} `,
  Rust: `thread 'main' panicked at src/main.rs:2:5:
index out of bounds
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665:5
   1: core::panicking::panic_fmt
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.`,
};

/** Lines that stand alone, whatever stands around them. */
export const LONE_LINES: readonly string[] = [
  "ready",
  "2026-01-02 15:04:05,123 INFO [main] a.b.C: started",
  '{"level":30,"msg":"at work"}',
  "INFO a trace of something",
  "at noon",
  "",
  "  indented, as in a list",
  "Error: no such file",
  "/srv/data:12",
  "2026/01/02 15:04:05 GET /x",
];
