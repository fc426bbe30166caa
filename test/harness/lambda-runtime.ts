/**
 * A sandbox of AWS Lambda: one folder for temporary files and, in it, one real process after the other that asks the Runtime API
 * for invocations. It is as unkind as the real one:
 *
 *     init ──asks for the next──► frozen (SIGSTOP) ──invocation──► runs (SIGCONT) ──asks for the next──► frozen
 *                                                                    └─its time is over─► SIGKILL; the next invocation starts a
 *                                                                      new process with the files of the old one
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "./program.js";

const BOOTSTRAP = fileURLToPath(new URL("../integration/programs/lambda-bootstrap.js", import.meta.url));
/** Longer than any invocation takes that is not meant to be killed. */
const TIMEOUT_MS = 60_000;
/** X-Ray's, of every invocation. */
export const TRACE_ROOT = "1-5759e988-bd862e3fe1be46a994272793";

export interface SandboxOptions {
  /** The folder of the function's code. */
  readonly task: string;
  /** File and export, such as `lambda.handler`. */
  readonly handler: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Outcome {
  readonly requestId: string;
  /** What the handler answered; undefined when it failed or was killed. */
  readonly answer?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  readonly timedOut: boolean;
}

/** A process that asks for an invocation gets it when there is one. */
type Waiting = ServerResponse;

export class LambdaSandbox {
  /** Its folder for temporary files, which outlives its processes. */
  readonly tmp = mkdtempSync(join(tmpdir(), "dragonlog-lambda-"));
  /** What its processes have said on stderr. */
  stderr = "";
  readonly #options: SandboxOptions;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #child: ChildProcess | undefined;
  #waiting: Waiting | undefined;
  #answer: { path: string; body: unknown } | undefined;
  #atAnswer = (): void => {};

  private constructor(options: SandboxOptions) {
    this.#options = options;
  }

  static async open(context: TestContext, options: SandboxOptions): Promise<LambdaSandbox> {
    const sandbox = new LambdaSandbox(options);
    context.after(() => sandbox.close());
    sandbox.#server.listen(0, "127.0.0.1");
    await once(sandbox.#server, "listening");
    return sandbox;
  }

  /** One invocation, after which it is frozen, or killed. `atAnswer` is called when the answer is there, before it is frozen. */
  async invoke(
    event: unknown,
    { timeoutMs = TIMEOUT_MS, atAnswer = () => {} }: { timeoutMs?: number; atAnswer?: () => void } = {},
  ): Promise<Outcome> {
    await this.#init();
    const requestId = randomUUID();
    this.#answer = undefined;
    this.#atAnswer = atAnswer;
    this.#child!.kill("SIGCONT");
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    const deadlineMs = Date.now() + timeoutMs;
    waiting.setHeader("lambda-runtime-aws-request-id", requestId);
    waiting.setHeader("lambda-runtime-deadline-ms", deadlineMs);
    waiting.setHeader("lambda-runtime-trace-id", `Root=${TRACE_ROOT};Parent=53995c3f42cd8ad8;Sampled=1`);
    waiting.end(JSON.stringify(event));
    await until(
      () => this.#waiting !== undefined || this.#hasEnded || Date.now() >= deadlineMs,
      () => this.stderr,
      2 * TIMEOUT_MS,
    );
    if (this.#waiting === undefined) {
      assert.ok(!this.#hasEnded, `the runtime has ended: ${this.stderr}`);
      await this.kill();
      return { requestId, timedOut: true };
    }
    await this.#freeze();
    const { path, body } = this.#answer as unknown as { path: string; body: unknown };
    assert.ok(path.includes(requestId));
    return path.endsWith("/error")
      ? { requestId, error: body as NonNullable<Outcome["error"]>, timedOut: false }
      : { requestId, answer: body, timedOut: false };
  }

  /** It is not used any more: its process is killed, and its folder is gone. */
  async close(): Promise<void> {
    await this.kill();
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.tmp, { recursive: true, force: true });
  }

  get #hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode ?? this.#child.signalCode) !== null;
  }

  async #init(): Promise<void> {
    if (this.#child !== undefined) return;
    const { handler, task, env } = this.#options;
    // As there: no home, and no folder to write to but the one for temporary files.
    const { HOME: _, XDG_STATE_HOME: __, ...rest } = env;
    this.#child = spawn(process.execPath, [BOOTSTRAP], {
      cwd: task,
      env: {
        ...rest,
        TMPDIR: this.tmp,
        LAMBDA_TASK_ROOT: task,
        _HANDLER: handler,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      },
      stdio: ["ignore", "inherit", "pipe"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk;
    });
    await until(
      () => {
        assert.ok(!this.#hasEnded, `the runtime has ended: ${this.stderr}`);
        return this.#waiting !== undefined;
      },
      () => `no invocation was asked for: ${this.stderr}`,
    );
    await this.#freeze();
  }

  async #freeze(): Promise<void> {
    const { pid } = this.#child!;
    this.#child!.kill("SIGSTOP");
    // Only Linux shows it.
    if (process.platform !== "linux") return;
    // Each of its threads.
    const states = (): string[] =>
      readdirSync(`/proc/${pid}/task`).map((thread) => {
        const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1");
        return stat.slice(stat.lastIndexOf(")") + 2)[0]!;
      });
    await until(
      () => states().every((state) => state === "T"),
      () => `not frozen: ${states()}`,
    );
  }

  /** As when its time is over. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#waiting = undefined;
    if (child === undefined || (child.exitCode ?? child.signalCode) !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    if (path.endsWith("/next")) {
      this.#waiting = response;
      return;
    }
    const body = await text(request);
    const isStream = request.headers["lambda-runtime-function-response-mode"] === "streaming";
    this.#answer = { path, body: isStream ? body : JSON.parse(body) };
    this.#atAnswer();
    response.writeHead(202).end();
  }
}
