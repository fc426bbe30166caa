/** What is done with a block, by its language and its markers. Each way throws where the page says what is not so. */
import assert from "node:assert/strict";
import { extname } from "node:path";
import { noRedisServer } from "../harness/redis-server.js";
import type { Block } from "./blocks.js";
import { faultsOf } from "./command-lines.js";
import { sidesOf } from "./diff.js";
import { lineNotPrinted } from "./output.js";
import {
  parseAcl,
  parseEnv,
  parseIni,
  parseJson,
  parsePromql,
  parseYaml,
  strangeVariables,
} from "./parse-data.js";
import { asProgram, asPython } from "./preludes.js";
import type { Reader, Run } from "./reader.js";
import { parses, plainScript } from "./scripts.js";

/** The Python that Debian's python3-redis belongs to. */
const PYTHON = "/usr/bin/python3";

/** Boxes and arrows. */
const DRAWING = /[─│┌└├►▼◄╝═]|──|-->/;

const PARSERS: Readonly<Record<string, (text: string) => void>> = {
  json: parseJson,
  jsonc: parseJson,
  yaml: parseYaml,
  yml: parseYaml,
  ini: parseIni,
  env: parseEnv,
  promql: parsePromql,
  acl: parseAcl,
};

const LANGUAGES: Readonly<Record<string, string>> = {
  js: "mjs",
  javascript: "mjs",
  typescript: "ts",
  bash: "sh",
  py: "python",
  "": "text",
};

export class Performance {
  readonly #reader: Reader;
  #last: Run | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async perform(block: Block): Promise<void> {
    const { markers, code } = block;
    const language = LANGUAGES[block.language] ?? block.language;
    assert.deepEqual(strangeVariables(code), [], "variables that no command reads");
    if (markers.emptyFolder) await this.#moveOn();
    for (const command of markers.given ?? []) await this.#give(command);
    if (markers.file !== undefined) this.#reader.write(markers.file, code);
    if (markers.notRun !== undefined) await checkOnly(language, code);
    else if (language === "text") await this.#compare(block);
    else if (language === "diff") await this.#change(block);
    else if (PARSERS[language]) PARSERS[language](code);
    else if (markers.file === undefined) await this.#run(language, block);
  }

  /** Before another folder, or at the end: what still waits there is delivered. */
  async #moveOn(): Promise<void> {
    await this.#reader.deliver();
    this.#reader.emptyFolder();
  }

  /** What goes on does so for the blocks below; as the reader cannot see it, nor its output. */
  async #give(command: string): Promise<void> {
    assertEnded(await this.#reader.shell("sh", `${command}\n`, { keepRunning: true }), 0);
  }

  async #run(language: string, { code, line, markers }: Block): Promise<void> {
    if (/redis:\/\/|\bredis\b.*10\.0\.0\.5/.test(code) && noRedisServer === false)
      await this.#reader.openStore();
    const options = { keepRunning: markers.keepRunning ?? false };
    if (language === "sh") {
      this.#last = await this.#reader.shell("sh", code, options);
    } else if (language === "python") {
      const path = this.#reader.write(`block-${line}.py`, asPython(code));
      this.#last = await this.#reader.run([PYTHON, path], options);
    } else {
      const script = plainScript(language, asProgram(code));
      const path = this.#reader.write(`block-${line}.${script.extension}`, script.code);
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
    assert.equal(
      missing,
      undefined,
      `a line is not printed, or not there: ${missing}\nprinted was:\n${printed}`,
    );
  }

  /** The side that goes must have been something; the side that comes runs. */
  async #change(block: Block): Promise<void> {
    const { before, after, file } = sidesOf(block.code);
    const language =
      file === undefined
        ? ["mjs", "ts", "python", "json", "sh"].find((each) => parses(each, after))
        : languageOf(file);
    assert.ok(language, "the side that comes is in no language that is known here");
    assert.ok(parses(language, before), `the side that goes is no ${language}`);
    if (file !== undefined) this.#reader.write(file, after);
    if (PARSERS[language]) PARSERS[language](after);
    else await this.#run(language, { ...block, code: after });
  }
}

function languageOf(file: string): string {
  const extension = extname(file).slice(1);
  return LANGUAGES[extension] ?? extension;
}

function assertEnded({ code, signal, printed }: Run, expected: number): void {
  // A server without a way to end in good order is ended by the signal; what goes on has not failed yet.
  if (signal === "SIGTERM" || code === undefined) return;
  assert.equal(code, expected, `it ended with ${signal ?? code}, and printed:\n${printed}`);
}

/** What can be said of a block without running it. */
async function checkOnly(language: string, code: string): Promise<void> {
  if (PARSERS[language]) return PARSERS[language](code);
  assert.ok(parses(language, code), `this is no ${language}`);
  if (language === "sh") assert.deepEqual(await faultsOf(code), []);
}
