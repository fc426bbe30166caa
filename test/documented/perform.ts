/** What is done with a block, by its language and its markers. Each way throws where the page says what is not so. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { noRedisServer } from "../harness/redis-server.js";
import type { Block } from "./blocks.js";
import { cronCommands, faultsOf } from "./command-lines.js";
import { sidesOf } from "./diff.js";
import { languageOf, languageOfDiff, programIn } from "./languages.js";
import { lineNotPrinted } from "./output.js";
import { PARSERS, strangeVariables } from "./parse-data.js";
import { parses, withoutTypes } from "./parses.js";
import { asPython } from "./preludes.js";
import type { Reader, Run } from "./reader.js";

/** The Python that Debian's python3-redis belongs to. */
const PYTHON = "/usr/bin/python3";

const hasPython = spawnSync(PYTHON, ["-c", "import redis"]).status === 0;

/** Boxes and arrows. */
const DRAWING = /[─│┌└├►▼◄╝═]/;

export class Performance {
  readonly #reader: Reader;
  readonly #unused = new Set<string>();
  #last: Run | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Programs that are files of the page, and that no command of it has named so far. */
  get unused(): string[] {
    return [...this.#unused];
  }

  async perform(block: Block): Promise<void> {
    const { markers, code } = block;
    const language = languageOf(block.language);
    assert.deepEqual(strangeVariables(code), [], "variables that no command reads");
    if (markers.emptyFolder) await this.#moveOn();
    for (const name of this.#unused) if (code.includes(name)) this.#unused.delete(name);
    for (const command of markers.given ?? []) await this.#give(command);
    if (markers.file !== undefined) this.#reader.write(markers.file, code);
    if (markers.notRun !== undefined) await checkOnly(language, code);
    else if (language === "text") await this.#compare(block);
    else if (language === "diff") await this.#change(block);
    else if (PARSERS[language]) PARSERS[language](code);
    else if (language === "cron") await checkOnly("sh", cronCommands(code));
    else if (markers.file === undefined) await this.#run(language, block);
    else this.#unused.add(markers.file);
  }

  /** To another folder; what still waits in this one is delivered. */
  async #moveOn(): Promise<void> {
    await this.#reader.deliver();
    this.#reader.emptyFolder();
  }

  /** What goes on does so for the blocks below; its output is not the reader's. */
  async #give(command: string): Promise<void> {
    assertEnded(await this.#reader.shell("sh", `${command}\n`, { keepRunning: true }), 0);
  }

  async #run(language: string, block: Block): Promise<void> {
    const { code, line, markers } = block;
    if (needsStore(code)) await this.#reader.openStore();
    const options = { keepRunning: markers.keepRunning ?? false };
    const program = programIn({ ...block, language });
    if (language === "sh" || language === "bash") {
      this.#last = await this.#reader.shell(language, code, options);
    } else if (language === "python") {
      const path = this.#reader.write(`block-${line}.py`, asPython(code));
      this.#last = await this.#reader.run([PYTHON, path], options);
    } else {
      assert.ok(program, `nothing here runs ${language}`);
      const extension = program.extension.replace("t", "j");
      const path = this.#reader.write(`block-${line}.${extension}`, withoutTypes(program.code));
      this.#last = await this.#reader.run([process.execPath, path], options);
    }
    assertEnded(this.#last, markers.exit ?? 0);
  }

  async #compare({ code, markers: { output } }: Block): Promise<void> {
    if (output === undefined) {
      assert.match(
        code,
        DRAWING,
        "what is this? Say <!-- output -->, <!-- output of: command --> or <!-- not run: sample -->",
      );
      return;
    }
    if (output !== true) {
      this.#last = await this.#reader.shell("sh", `${output}\n`);
      assertEnded(this.#last, 0);
    }
    assert.ok(this.#last, "no block above has printed anything");
    const printed = this.#reader.asDocumented(this.#last.printed);
    const missing = lineNotPrinted(code, printed);
    assert.equal(missing, undefined, `a line is not printed: ${missing}\nprinted was:\n${printed}`);
  }

  /** The side that goes must have been something; the side that comes runs. */
  async #change(block: Block): Promise<void> {
    const sides = sidesOf(block.code);
    const language = languageOfDiff(sides);
    assert.ok(parses(language, sides.before), `the side that goes is no ${language}`);
    if (sides.file !== undefined) this.#reader.write(sides.file, sides.after);
    if (PARSERS[language]) PARSERS[language](sides.after);
    else await this.#run(language, { ...block, language, code: sides.after });
  }
}

function needsStore(code: string): boolean {
  return /\bredis:\/\/(?!\S*:(?!6379\b)\d+\b)|\bredis\.Redis\(/.test(code);
}

/** Why a block cannot run on this machine; false where it can. */
export function cannotRun({ language, code, markers }: Block): string | false {
  if (markers.notRun !== undefined) return false;
  if (languageOf(language) === "python" && !hasPython)
    return "/usr/bin/python3 with the package redis is missing";
  const commands = [code, ...(markers.given ?? [])].join("\n");
  return (needsStore(commands) || /\bredis-server\b/.test(commands)) && noRedisServer;
}

function assertEnded({ code, signal, printed }: Run, expected: number): void {
  // A server without a way to end in good order is ended by the signal; what goes on has not failed yet.
  if (signal === "SIGTERM" || code === undefined) return;
  assert.equal(code, expected, `it ended with ${signal ?? code}, and printed:\n${printed}`);
}

/** What can be said of a block without running it. */
async function checkOnly(language: string, code: string): Promise<void> {
  assert.ok(parses(language, code), `this is no ${language}`);
  if (language === "sh" || language === "bash") assert.deepEqual(await faultsOf(code), []);
}
