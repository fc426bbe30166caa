/**
 * The rule of `auto`: the lines of a stack trace belong to the record before them, as Node.js, Java, Python, Go, .NET, Ruby,
 * PHP and Rust print them. Every other line is a record of its own.
 *
 * A state says which trace the last line was part of, and so what may follow it:
 *
 *     none ─► source ─► message ─► frames        Node.js, Java, .NET, Ruby; `source` is the line of code that Node.js shows
 *     none ─► python ─► raised ─► chained ─► …    Traceback, its last line, and that it led to a further one
 *     none ─► go, php, rust                      panic and goroutines; `Stack trace:`; `panicked at`
 *     none ─► indented                           the console logger of .NET, whose messages stand below their head
 *
 * A trace begins a record, unless the line before it is an error of a log: then it belongs to that. Below a line of a lower
 * level it is one that nobody caught, but for Java's, which writes that in another way. Each line is looked at in its
 * first `SEEN_BYTES_MAX` bytes only.
 */
import { severityOf } from "../severity/in-text.js";
import type { Place, Rule } from "./rule.js";

const SEEN_BYTES_MAX = 256;
/** Lines of a message between the first line of an error and its first frame. */
const MESSAGE_LINES_MAX = 10;
/** Lines between the place in the source and the mark below it. */
const SOURCE_LINES_MAX = 4;

const OPENING_BRACKET = 0x5b;

type State =
  | "none"
  | "source"
  | "marked"
  | "message"
  | "frames"
  | "python"
  | "raised"
  | "chained"
  | "go"
  | "php"
  | "rust"
  | "indented";

const FRAME =
  /^\s+(?:at |eval at |from |\d+: from |\S+:\d+:in [`'])|^\s*\.\.\. \d+ (?:more|common frames omitted)/;
const CAUSE = /^\s*(?:Caused by|Suppressed): |^\s+---> |^\s*--- End of /;
/** What is printed of an error that nobody caught. */
const UNCAUGHT = /^(?:Uncaught |Unhandled exception|Exception in thread )/;
/** `java.lang.IllegalStateException: …`: below a line of a log, as nothing else prints it without a word before. */
const QUALIFIED = /^[a-z][\w$]*\.[\w$.]*(?:Error|Exception|Throwable)(?:: |$)/;
/** `TypeError: …`, `[Error: …]`. */
const ERROR = /^\[?(?:[A-Za-z_$][\w$]*[.:\\]+)*(?:[A-Z][\w$]*)?(?:Error|Exception|Throwable)(?:[:\] ]|$)/;
const RUBY = /^\S+:\d+:in [`'][^:]*: /;
const RUBY_FRAME = /^\S+:\d+:in [`'][^:]*$/;
const NODE_SOURCE = /^(?:file:\/\/|node:|\/|[A-Za-z]:[\\/])\S*:\d+$/;
const NODE_END = /^Node\.js v\d/;
const MARK = /^\s*[~^]+\s*$/;
const TRACEBACK = /^[\s+|]*(?:Exception Group )?Traceback \(most recent call last\):/;
/** A mistake in the source has no first line. */
const PYTHON_FILE = /^ {2}File ".*", line \d+$/;
const PYTHON_LAST = /^[A-Za-z_][\w.]*(?:: |:?$)/;
const PYTHON_CHAIN = /^(?:The above exception was the direct cause|During handling of the above exception)/;
const PANIC = /^(?:panic: |fatal error: )/;
const HTTP_PANIC = ": panic serving ";
const GOROUTINE = /^goroutine \d+ .*\]:$/;
const GO_LINE =
  /^\t|^\[signal |^created by |^[\w./*()$\-[\]{},·…]+\(.*\)$|^exit status \d+$|^\.\.\.|^r?[a-z0-9]{2,6} +0x[\da-f]+$/;
const PHP = /^(?:PHP [A-Z][\w ]{1,30}|Fatal error|Parse error): /;
const PHP_TRACE = /^(?:Stack trace:|\[stacktrace\])$/;
const PHP_LINE = /^#\d+ |^\s+thrown in |^Next |^"\}? *$/;
const RUST = /^thread '.*' (?:\(\d+\) )?panicked at /;
const RUST_LINE = /^note: |^stack backtrace:|^\s+(?:\d+: |at )/;
const DOTNET = /^(?:trce|dbug|info|warn|fail|crit): \S/;
const DOTNET_LINE = /^ {6}/;
const INDENTED = /^\s+\S/;
const END_OF_OBJECT = /^[}\])]+[,;]?$/;
const BLANK = /^\s*$/;
/** How lines of logs begin, and lines of messages do not. */
const FRESH = /^[\d[{<]/;

export class TraceRule implements Rule {
  #state: State = "none";
  /** The lines in this state that may turn out to be something else. */
  #unsure = 0;
  /** The line that began the record. */
  #first = "";

  get isTrace(): boolean {
    return this.#state !== "none" && this.#state !== "indented" && this.#state !== "source";
  }

  placeOf(bytes: Buffer): Place {
    if (isJson(bytes)) {
      this.#first = "";
      return this.#enter("none", "alone");
    }
    // One character a byte: all that is looked for is ASCII. A carriage return belongs to the line and not to its form.
    const end = bytes[bytes.length - 1] === 0x0d ? bytes.length - 1 : bytes.length;
    const line = bytes.toString("latin1", 0, Math.min(end, SEEN_BYTES_MAX));
    const place = this.#after(line) ?? this.#fresh(line);
    if (place === "begins") this.#first = line;
    return place;
  }

  /** What the line is to the trace before it; undefined where that is over. */
  #after(line: string): Place | undefined {
    switch (this.#state) {
      case "none":
        return undefined;
      case "source":
        if (MARK.test(line)) return this.#enter("marked", "continues");
        return this.#perhaps(SOURCE_LINES_MAX);
      case "marked":
        return BLANK.test(line) ? "continues" : this.#enter("message", "continues");
      case "message":
        if (FRAME.test(line) || CAUSE.test(line) || NODE_END.test(line))
          return this.#enter("frames", "continues");
        if (PHP_TRACE.test(line)) return this.#enter("php", "continues");
        return FRESH.test(line) || severityOf(line) !== undefined
          ? undefined
          : this.#perhaps(MESSAGE_LINES_MAX);
      case "frames":
        if (BLANK.test(line)) return this.#perhaps(1);
        if (FRAME.test(line) || CAUSE.test(line) || NODE_END.test(line))
          return this.#enter("frames", "continues");
        // After an empty line, no more than these.
        if (this.#unsure > 0) return undefined;
        return INDENTED.test(line) || END_OF_OBJECT.test(line) || RUBY_FRAME.test(line)
          ? "continues"
          : undefined;
      case "python":
        if (INDENTED.test(line)) return "continues";
        return PYTHON_LAST.test(line) ? this.#enter("raised", "continues") : undefined;
      case "raised":
        if (BLANK.test(line)) return this.#perhaps(1);
        if (PYTHON_CHAIN.test(line)) return this.#enter("chained", "continues");
        return INDENTED.test(line) && this.#unsure === 0 ? "continues" : undefined;
      case "chained":
        if (BLANK.test(line)) return "continues";
        return TRACEBACK.test(line) ? this.#enter("python", "continues") : undefined;
      case "go":
        if (BLANK.test(line)) return this.#perhaps(1);
        this.#unsure = 0;
        return GOROUTINE.test(line) || GO_LINE.test(line) ? "continues" : undefined;
      case "php":
        if (BLANK.test(line)) return this.#perhaps(1);
        this.#unsure = 0;
        return PHP_LINE.test(line) || PHP_TRACE.test(line) ? "continues" : undefined;
      case "rust":
        if (RUST_LINE.test(line)) return "continues";
        // The message of the panic stands on the line after it.
        return this.#unsure === 0 && !FRESH.test(line) ? this.#sure() : undefined;
      case "indented":
        return DOTNET_LINE.test(line) ? "continues" : undefined;
    }
  }

  /** What the line is where no trace goes on. */
  #fresh(line: string): Place {
    const first = this.#state === "none" ? this.#first : "";
    const code = line.charCodeAt(0);
    // Most lines begin with a digit or a bracket, and none of the forms below does.
    if ((code >= 0x30 && code <= 0x39) || code === OPENING_BRACKET) {
      if (line.includes(HTTP_PANIC)) return this.#enter("go", "begins");
      return PHP_TRACE.test(line) ? this.#enter("php", "continues") : this.#enter("none", "begins");
    }
    if (FRAME.test(line) || CAUSE.test(line)) return this.#enter("frames", "continues");
    if (PHP_TRACE.test(line)) return this.#enter("php", "continues");
    if (TRACEBACK.test(line)) return this.#enter("python", isErrorOfALog(first) ? "continues" : "begins");
    if (PYTHON_FILE.test(line)) return this.#enter("python", "begins");
    if (GOROUTINE.test(line)) return this.#enter("go", isErrorOfALog(first) ? "continues" : "begins");
    if (PANIC.test(line)) return this.#enter("go", "begins");
    if (RUST.test(line)) return this.#enter("rust", "begins");
    if (UNCAUGHT.test(line)) return this.#enter("message", "begins");
    if (QUALIFIED.test(line)) return this.#enter("message", isOfALog(first) ? "perhaps" : "begins");
    if (ERROR.test(line)) return this.#enter("message", isErrorOfALog(first) ? "perhaps" : "begins");
    if (PHP.test(line)) return this.#enter("message", "begins");
    if (RUBY.test(line)) return this.#enter("frames", "begins");
    if (RUBY_FRAME.test(line)) return this.#enter("frames", isErrorOfALog(first) ? "continues" : "begins");
    if (NODE_SOURCE.test(line)) return this.#enter("source", "begins");
    return DOTNET.test(line) ? this.#enter("indented", "begins") : this.#enter("none", "begins");
  }

  #enter(state: State, place: Place): Place {
    this.#state = state;
    this.#unsure = 0;
    return place;
  }

  #perhaps(linesMax: number): Place | undefined {
    return ++this.#unsure > linesMax ? undefined : "perhaps";
  }

  #sure(): Place {
    this.#unsure++;
    return "continues";
  }
}

/** A line that names a level and is not itself the first one of an error. */
function isOfALog(line: string): boolean {
  return levelOfALog(line) !== undefined;
}

/** One that may be followed by what a program prints of an error that it caught; after others, nobody caught it. */
function isErrorOfALog(line: string): boolean {
  const level = levelOfALog(line);
  return level === "ERROR" || level === "FATAL";
}

function levelOfALog(line: string): string | undefined {
  return line === "" || UNCAUGHT.test(line) || ERROR.test(line) ? undefined : severityOf(line);
}

function isJson(bytes: Buffer): boolean {
  const last = bytes[bytes.length - 1];
  return bytes[0] === 0x7b && (last === 0x7d || (last === 0x0d && bytes[bytes.length - 2] === 0x7d));
}
