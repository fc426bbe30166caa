/** Every example of `--help`, which the man page and docs/commands.md show too, runs; what cannot is read by the program all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { faultsOf } from "./command-lines.js";
import { Reader } from "./reader.js";

/** By command, why its examples do not run here. */
const NOT_RUN: Readonly<Record<string, string>> = {
  demo: "README.md and test/integration/demo.test.ts run it",
  "alert test": "it needs a mail server; test/integration/alert-cli.test.ts has one",
};

const program = (path: string, line: string): string => `echo '${line}' > ${path} && chmod +x ${path}`;

/** What the examples take for granted: a region, programs that are recorded, and folders. */
const SETTING = [
  "export AWS_REGION=eu-central-1",
  program("server.js", 'console.log("listens")'),
  ...["legacy-server", "backup.sh"].map((name) => program(name, "echo done")),
  // Neither is installed everywhere, and what they make of the lines is theirs.
  ...["java", "jq"].map((name) => program(`node_modules/.bin/${name}`, "cat < /dev/null")),
  "mkdir -p ~/.zfunc ~/.config/fish/completions",
];

const LETTER = `echo '{"timestamp":"2001-01-01T00:00:00.000Z","data":"too old"}' | dragonlog pipe --service api && dragonlog ship --once`;

/** By command, what has been done before each of its examples. */
const BEFORE: Readonly<Record<string, string>> = {
  audit:
    "echo paid | dragonlog pipe --service web && dragonlog ship --once --group my-app\n" +
    "echo paid | dragonlog pipe --service web && dragonlog ship --once --to directory:/var/log/app",
  "dead show": LETTER,
  "dead drop": LETTER,
  "dead export": LETTER,
};

/** By an example, or the command of several, what goes on meanwhile. */
const BESIDE: Readonly<Record<string, string>> = {
  flush: "dragonlog ship",
  "dragonlog dead replay && dragonlog flush": "dragonlog ship",
  "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x dragonlog ship --region us-east-1 --endpoint http://127.0.0.1:9901":
    "dragonlog fake-cloud",
};

/** Examples that find nothing here, and say so. */
const FINDS_NOTHING = "dragonlog dead show --reason invalid --since 10m --json";

/** In examples a key is one of a letter that was once there; here it is one that is. */
const KEY = /\b\d{4}-\d\d-\d\d-[0-9a-z]{6}:\d+\b/;
const A_KEY = `$(dragonlog dead list --json | sed 's/.*"key":"\\([^"]*\\)".*/\\1/' | head -n 1)`;

test("every example of --help runs, and says nothing that the program does not know", {
  skip: noRedisServer,
}, async (context) => {
  const reader = await Reader.sitDown(context);
  await reader.openStore();
  for (const line of SETTING) await ends(reader, line, 0);
  for (const { text } of COMMANDS) {
    for (const [example] of text.examples) {
      await context.test(example, async () => {
        assert.deepEqual(await faultsOf(example), []);
        if (text.name in NOT_RUN) return;
        if (BEFORE[text.name]) await ends(reader, BEFORE[text.name]!, 0);
        const beside = BESIDE[example] ?? BESIDE[text.name];
        const script = example.replace(KEY, A_KEY);
        const whole = beside === undefined ? script : `${beside} &\n${script}\nkill $!\nwait $!`;
        await ends(reader, whole, example === FINDS_NOTHING ? 1 : 0);
      });
    }
  }
  await reader.finish();
});

async function ends(reader: Reader, script: string, expected: number): Promise<void> {
  const { code, printed } = await reader.shell("bash", `${script}\n`);
  assert.equal(code, expected, printed);
}
