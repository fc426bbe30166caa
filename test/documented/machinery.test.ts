/** What tries the pages fails where a page is wrong. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { noRedisServer } from "../harness/redis-server.js";
import { type Block, blocksOf } from "./blocks.js";
import { reasonOf } from "./markers.js";
import { lineNotPrinted } from "./output.js";
import { cannotRun, Performance } from "./perform.js";
import { strangeCommands } from "./prose.js";
import { Reader } from "./reader.js";
import { commandsOf } from "./shell-words.js";
import { typeFaults } from "./types.js";

const block = (language: string, code: string, ...markers: string[]): string =>
  `${markers.map((marker) => `<!-- ${marker} -->\n`).join("")}\`\`\`${language}\n${code}\n\`\`\`\n`;

async function readerOf(
  context: TestContext,
): Promise<{ reader: Reader; read: (page: string) => Promise<void> }> {
  const reader = await Reader.sitDown(context);
  const performance = new Performance(reader);
  const read = async (page: string): Promise<void> => {
    for (const each of blocksOf(page)) await performance.perform(each);
  };
  return { reader, read };
}

test("blocks are found with their markers, in lists and behind four ticks too", () => {
  const page = `Text.\n\n- a list\n\n  <!-- exit 1 -->\n  \`\`\`sh\n  false\n    indented\n  \`\`\`\n\n\`\`\`\`\n\`\`\`js\n\`\`\`\n\`\`\`\`\n`;
  assert.deepEqual(blocksOf(page), [
    { line: 6, language: "sh", code: "false\n  indented\n", markers: { exit: 1 } },
    { line: 11, language: "", code: "```js\n```\n", markers: {} },
  ] satisfies Block[]);
});

test("a marker that is misspelt, that stands above no block, or has no known reason is refused", () => {
  assert.throws(
    () => blocksOf(block("sh", "true", "not runn: docker")),
    /line 1: <!-- not runn: docker --> is no marker/,
  );
  assert.throws(() => blocksOf("<!-- output -->\n\nText.\n"), /line 1: no block follows/);
  assert.throws(() => blocksOf("Text.\n\n    npm test\n"), /line 3: code stands between fences/);
  assert.throws(() => blocksOf("```sh\ntrue\n"), /line 1: the block does not end/);
  assert.throws(() => reasonOf("laziness"), /laziness is no kind; there are aws, docker/);
});

test("a page that says what is not so fails", { concurrency: 2 }, async (context) => {
  const wrong: Readonly<Record<string, readonly [page: string, error: RegExp]>> = {
    "a program that throws": [block("js", 'throw new Error("no such thing");'), /no such thing/],
    "a name that is not defined": [block("js", "loger.info(1);"), /loger is not defined/],
    "a command that fails": [block("sh", "true\nls /nowhere\ntrue"), /ended with 2/],
    "a flag that does not exist": [block("sh", "npx dragonlog ship --onec"), /unknown option '--onec'/],
    "one in a block that does not run": [
      block("sh", "docker run x && dragonlog ship --onec", "not run: docker"),
      /unknown option '--onec'/,
    ],
    "a value that is refused": [
      block("sh", "VAR=1 dragonlog ship --interval 1year", "not run: aws"),
      /interval/,
    ],
    "a variable that no command reads": [block("sh", "DRAGONLOG_BUFER=redis://a true"), /DRAGONLOG_BUFER/],
    "a script that this repository does not have": [
      block("sh", "npm run demoo", "not run: checkout"),
      /no such script/,
    ],
    "a package that is not there": [
      block("sh", "npm install dragonlog left-pad-9000"),
      /left-pad-9000 is not installed/,
    ],
    "another exit code": [block("sh", "npx dragonlog status", "exit 1"), /ended with 0/],
    "output that is not printed": [
      block("sh", "npx dragonlog status") + block("text", "sick", "output"),
      /a line is not printed: sick/,
    ],
    "output of nothing": [block("text", "healthy", "output"), /no block above/],
    "a text that nobody prints": [block("", "some words"), /what is this/],
    "JSON that is none": [block("json", "{ 'a': 1 }"), /JSON/],
    "a config with an option that does not exist": [
      block("json", '{ "interval": "30s", "groupp": "x" }'),
      /groupp/,
    ],
    "a record with a name that records do not have": [
      block("json", '{"data":"a","level":"INFO"}'),
      /no record/,
    ],
    "YAML that is none": [block("yaml", "a: [1"), /Flow sequence|expected/i],
    "variables with spaces around the sign": [block("env", "A = 1"), /no variable/],
    "a line that cron would not take": [
      block("cron", "3 * * * dragonlog ship --once"),
      /no line of a crontab/,
    ],
    "a wrong flag in a crontab": [
      block("cron", "0 3 * * * dragonlog ship --onec"),
      /unknown option '--onec'/,
    ],
    "an expression of Prometheus that is none": [block("promql", "rate(up[5m]"), /wrong at/],
    "a diff from what is no program": [block("diff", "-const a = ;\n+const a = 1;"), /the side that goes/],
    "a diff to what does not run": [block("diff", "-const a = 1;\n+nothing();"), /nothing is not defined/],
    "a language that nothing runs": [block("cobol", "STOP RUN."), /nothing here runs cobol/],
  };
  for (const [what, [page, error]] of Object.entries(wrong)) {
    await context.test(what, async (each) => {
      const { read } = await readerOf(each);
      await assert.rejects(read(page), error);
    });
  }
});

test("a page that is right passes", { skip: noRedisServer }, async (context) => {
  const { reader, read } = await readerOf(context);
  const server =
    'import http from "node:http";\nhttp.createServer((_, response) => response.end("hello")).listen(3000, () => console.log("listens"));';
  await read(
    [
      block("sh", "mkdir app && cd app\nexport GREETING=hello"),
      block("js", server, "file: server.mjs"),
      block("sh", 'test "$(basename "$PWD") $GREETING" = "app hello"\nnode server.mjs', "keep running"),
      block("sh", "curl http://localhost:3000/$NAME", "given: export NAME=reader"),
      block("text", "hello", "output"),
      block("js", server.replace("3000", "3001")),
      block(
        "sh",
        "npx dragonlog ship --to stdout\nnpx dragonlog tail\nnpx dragonlog status --watch\nnpx dragonlog fake-cloud",
      ),
      block("ts", 'const text: string = "seen";\nlogger.info(text);\nawait logger.close();'),
      block("sh", "npx dragonlog ship --once --to stdout | grep seen"),
      block("sh", "npx dragonlog status | grep healthy", "empty folder"),
      block("python", 'redis.Redis("10.0.0.5").rpush("logs:buffer", json.dumps({"data": "pushed"}))').repeat(
        cannotRun({ language: "python", code: "", line: 0, markers: {} }) === false ? 1 : 0,
      ),
      block("diff", "-const a = 1;\n+const a = 2;\n console.log(a);"),
      block("text", "2", "output"),
    ].join("\n"),
  );
  await reader.finish();
});

test("a page that loses a record fails", async (context) => {
  const { reader, read } = await readerOf(context);
  const elsewhere = 'execFileSync("dragonlog", ["ship", "--once", "--to", "stdout"]);';
  const imports = 'import { execFileSync } from "node:child_process";';
  await read(block("js", `${imports}\nlogger.info("lost");\n${elsewhere}\nlogger.info("delivered");`));
  await assert.rejects(reader.finish(), /lost: 1/);
});

test("the types of programs are checked", (context) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-types-"));
  context.after(() => rmSync(dir, { recursive: true }));
  const text = [
    block("ts", "const n: number = 'one';"),
    block("js", "logger.inform('x');"),
    block("js", 'import { pipe } from "dragonlog";'),
    block("js", "logger.info('x');"),
  ].join("\n");
  assert.deepEqual(
    typeFaults([{ path: "page.md", text }], dir).map((fault) => fault.replace(/:.*/, "")),
    ["page.md, line 1", "page.md, line 5", "page.md, line 9"],
  );
});

test("a command or a flag that does not exist is found in the text of a page", async () => {
  const text = `Run \`dragonlog ship --onec\`, \`npx dragonlog shpi\`, \`dragonlog tail --url\`, and read \`dragonlog ship: done\`.\n${block("text", "`dragonlog nothing`")}`;
  const faults = await strangeCommands({ path: "page.md", text });
  assert.deepEqual(
    faults.map((fault) => /unknown (\w+ '.*?')/.exec(fault)?.[1]),
    ["option '--onec'", "command 'shpi'"],
  );
});

test("commands are found in quotes, pipes, lists and substitutions", () => {
  assert.deepEqual(
    commandsOf(
      `A="1 2" npx dragonlog ship --stream "{service}" \\\n  --once > out 2>&1 # not this\nx=$(dragonlog audit 'a b') && (cat <<'END'\nnot this\nEND\n)`,
    ),
    [
      ["A=1 2", "npx", "dragonlog", "ship", "--stream", "{service}", "--once"],
      ["dragonlog", "audit", "a b"],
      ["x=$"],
      ["cat"],
    ],
  );
});

test("output is compared without numbers, times and ids", () => {
  assert.equal(
    lineNotPrinted("logged  39,999 at 2026-01-02T03:04:05Z\n…\n", "logged 7 at 2027-11-12T13:14:15.160Z\n"),
    undefined,
  );
  assert.equal(lineNotPrinted("lost 0\ndelivered 5", "delivered 7"), "lost 0");
});
