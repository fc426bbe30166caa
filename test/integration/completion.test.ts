/** The scripts that `dragonlog completion` prints, in real shells: what TAB makes of a line that is typed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { describeCommand } from "../../src/cli/describe.js";
import { COMMANDS } from "../../src/cli/program.js";
import { Cli } from "./cli.js";

const SHELL_MS_MAX = 60_000;

/** What is typed before TAB, and what the words are after it. In the folder are `file`, `folder/` and `bin/only-here`. */
const TYPED: readonly (readonly [typed: string, completed: string])[] = [
  ["sh", "ship"],
  ["--vers", "--version"],
  ["dead l", "dead list"],
  ["dead list --js", "dead list --json"],
  ["alert te", "alert test"],
  ["help au", "help audit"],
  ["completion z", "completion zsh"],
  ["ship --cod", "ship --codec"],
  ["ship --codec z", "ship --codec zstd"],
  ["ship --codec=z", "ship --codec=zstd"],
  ["ship --codec zstd --on", "ship --codec zstd --once"],
  ["ship --list a --liste", "ship --list a --listen"],
  ["ship --retention-days 54", "ship --retention-days 545"],
  ["tail --type e", "tail --type error"],
  ["tail --no-f", "tail --no-follow"],
  ["ship --to s", "ship --to stdout"],
  ["ship --to d", "ship --to directory:"],
  ["ship --to directory:fo", "ship --to directory:folder"],
  ["ship --to directory:folder --on", "ship --to directory:folder --once"],
  ["ship --buffer j", "ship --buffer journal:"],
  ["ship --listen n", "ship --listen none"],
  ["ship --config fi", "ship --config file"],
  ["ship --journal-dir f", "ship --journal-dir folder"],
  ["ship --group f", "ship --group f"],
  ["init sys", "init systemd"],
  ["init --region x sys", "init --region x systemd"],
  ["level f", "level f"],
  ["level shop re", "level shop reset"],
  ["run --qui", "run --quiet"],
  ["run only-h", "run only-here"],
  ["run --service a -- only-h", "run --service a -- only-here"],
  ["run --service a -- only-here fi", "run --service a -- only-here file"],
  ["run only-here --qui", "run only-here --qui"],
];

function lacks(...programs: string[]): string | false {
  const missing = programs.filter((name) => spawnSync(name, ["--version"]).error !== undefined);
  return missing.length > 0 && `${missing.join(" and ")} cannot be started here`;
}

/** A folder to complete in, with the script of a shell. */
async function folderFor(context: TestContext, shell: string): Promise<Cli> {
  const cli = new Cli(context);
  mkdirSync(join(cli.dir, "folder"));
  mkdirSync(join(cli.dir, "bin"));
  writeFileSync(join(cli.dir, "file"), "");
  writeFileSync(join(cli.dir, "bin/only-here"), "#!/bin/sh\n", { mode: 0o755 });
  const { code, stdout, stderr } = await cli.run(["completion", shell]);
  assert.equal(code, 0, stderr);
  writeFileSync(join(cli.dir, `completion.${shell}`), stdout);
  cli.env.PATH = `${join(cli.dir, "bin")}:${cli.env.PATH}`;
  return cli;
}

/** A shell at a terminal. `begin` makes the prompt `ready>`, and a `dragonlog` that prints `typed:` and its words, a line each. */
class Terminal {
  readonly #child;
  #seen = "";
  #ended = false;
  #look = (): void => undefined;

  constructor(context: TestContext, { dir, env }: Cli, command: string) {
    this.#child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: dir,
      env: { ...env, TERM: "dumb", ZDOTDIR: dir, HOME: dir },
      timeout: SHELL_MS_MAX,
      killSignal: "SIGKILL",
    });
    context.after(() => this.#child.kill("SIGKILL"));
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#seen += text;
      this.#look();
    });
    this.#child.once("close", () => {
      this.#ended = true;
      this.#look();
    });
  }

  /** Resolves when the terminal has shown this, after what was waited for before. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const found = pattern.exec(this.#seen);
        if (found !== null) {
          this.#seen = this.#seen.slice(found.index + found[0].length);
          resolve(found);
        } else if (this.#ended) {
          reject(new Error(`the shell has ended; it showed: ${this.#seen}`));
        }
      };
      this.#look();
    });
  }

  /** The words that the command gets, when TAB and Return follow what is typed. */
  async complete(typed: string): Promise<string> {
    this.#child.stdin.write(`dragonlog ${typed}\t\n`);
    const [, words] = await this.until(/typed:((?: <[^>]*>)*)\r?\n[\s\S]*?ready>/);
    // Zsh takes the slash behind a folder away where a command ends.
    return words!.replaceAll(/ <([^>]*?)\/?>/g, " $1").trim();
  }
}

const PRINTS = "dragonlog() { printf 'typed:'; printf ' <%s>' \"$@\"; echo; }";

async function assertCompletes(terminal: Terminal, cases = TYPED): Promise<void> {
  await terminal.until(/ready>/);
  const found: [string, string][] = [];
  for (const [typed] of cases) found.push([typed, await terminal.complete(typed)]);
  assert.deepEqual(found, cases);
}

test("bash completes what is typed at a terminal", { skip: lacks("bash", "script") }, async (context) => {
  const cli = await folderFor(context, "bash");
  writeFileSync(join(cli.dir, "rc"), `${PRINTS}\nPS1='ready> '\nsource completion.bash\n`);
  await assertCompletes(new Terminal(context, cli, "bash --rcfile rc -i"));
});

test("zsh completes what is typed at a terminal", { skip: lacks("zsh", "script") }, async (context) => {
  const cli = await folderFor(context, "zsh");
  writeFileSync(
    join(cli.dir, ".zshrc"),
    `${PRINTS}\nPS1='ready> '\nunsetopt zle_bracketed_paste promptsp 2>/dev/null\nautoload -U compinit\ncompinit -u\nsource completion.zsh\n`,
  );
  await assertCompletes(new Terminal(context, cli, "zsh -i"));
});

test("zsh finds the script in a folder of fpath", { skip: lacks("zsh", "script") }, async (context) => {
  const cli = await folderFor(context, "zsh");
  const { stdout } = await cli.run(["completion", "zsh"]);
  writeFileSync(join(cli.dir, "folder/_dragonlog"), stdout);
  writeFileSync(
    join(cli.dir, ".zshrc"),
    `${PRINTS}\nPS1='ready> '\nfpath=($PWD/folder $fpath)\nautoload -U compinit\ncompinit -u\n`,
  );
  const terminal = new Terminal(context, cli, "zsh -i");
  await assertCompletes(terminal, [
    ["ship --cod", "ship --codec"],
    ["dead l", "dead list"],
  ]);
});

test("fish completes what is typed", { skip: lacks("fish") }, async (context) => {
  const { dir, env } = await folderFor(context, "fish");
  const found = TYPED.map(([typed]) => {
    const code = `source completion.fish; complete -C ${JSON.stringify(`dragonlog ${typed}`)}`;
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", code], {
      cwd: dir,
      env: { ...env, HOME: dir },
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    const candidates = stdout.split("\n").flatMap((line) => line.split(/\/?(?:\t|$)/)[0] || []);
    const [only, ...others] = candidates;
    return [typed, only === undefined || others.length > 0 ? typed : typed.replace(/\S*$/, only)];
  });
  assert.deepEqual(found, TYPED);
});

test("bash lists every command, and each flag of each command", { skip: lacks("bash") }, async (context) => {
  const cli = await folderFor(context, "bash");
  const lines = COMMANDS.map(({ text }) => `try dragonlog ${text.name} --`);
  const script = `source completion.bash
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dragonlog 2>&1; echo "\${COMPREPLY[*]}"; }
try dragonlog ''
${lines.join("\n")}
`;
  const { stdout, stderr } = spawnSync("bash", ["--norc"], {
    cwd: cli.dir,
    env: cli.env,
    input: script,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  const [commands, ...flags] = stdout.trimEnd().split("\n");
  const names = COMMANDS.map(({ text }) => text.name.replace(/ .*/, ""));
  assert.deepEqual(
    commands!.split(" ").sort(),
    [...new Set([...names, "help", "--help", "--version"])].sort(),
  );
  assert.deepEqual(
    flags,
    COMMANDS.map(({ text }) => [...describeCommand(text).flags.map(({ flag }) => flag), "--help"].join(" ")),
  );
});

test("shellcheck has no objection to the script for bash", { skip: lacks("shellcheck") }, async (context) => {
  const cli = await folderFor(context, "bash");
  const checked = spawnSync("shellcheck", ["--shell=bash", "completion.bash"], {
    cwd: cli.dir,
    encoding: "utf8",
  });
  assert.equal(checked.status, 0, checked.stdout);
});

test("a shell that is not known is wrong usage, and a broken dragonlog.json is nothing to completion", async (context) => {
  const cli = new Cli(context);
  writeFileSync(join(cli.dir, "dragonlog.json"), "{");
  assert.equal((await cli.run(["completion", "bash"])).code, 0);
  const refused = await cli.run(["completion", "zhs"]);
  assert.deepEqual(
    [refused.code, refused.stderr],
    [
      2,
      'dragonlog: completion does not know "zhs"\n  Did you mean zsh?\n  DRAGONLOG_USAGE (docs/troubleshooting.md)\n',
    ],
  );
  assert.equal((await cli.run(["completion"])).code, 2);
});
