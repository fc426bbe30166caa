import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open as openFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { batchOf } from "./batch-of.cases.js";
import { openDirectory } from "./directory.js";
import type { Answer } from "./sink.js";

const SIGNAL = new AbortController().signal;
const NOON = Date.parse("2026-08-01T12:00:00Z");
const DAY_MS = 86_400_000;
const DESTINATION = { group: "/aws/app", stream: "web" };
const DELIVERED = { verdict: "delivered", refused: [] };
const COUNTS_FILES = { skip: process.platform !== "linux" && "open files are counted through /proc" };
const HERE = new URL("./", import.meta.url).href;

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-directory-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function batch(texts: readonly string[], timestamp = NOON, destination = DESTINATION) {
  return batchOf(
    texts.map((text) => ({ text, timestamp })),
    destination,
  );
}

const webFolder = (folder: string) => join(folder, "%2Faws%2Fapp", "web");
const todayIn = (folder: string) => join(webFolder(folder), "2026-08-01.ndjson");
const textOf = (path: string) => readFileSync(path, "utf8");

function causeOf(answer: Answer): string {
  assert.equal(answer.verdict, "retry");
  return answer.verdict === "retry" ? answer.cause : "";
}

test("lines stand by group, stream and the record's own day, in order, readable by their owner alone", async (context) => {
  const folder = join(folderFor(context), "made", "here");
  const sink = openDirectory(folder);
  const midnight = Date.parse("2026-08-02T00:00:00Z");
  const texts = ["before 1", "before 2", "after 🐉"].map((text, index) => ({
    text,
    timestamp: midnight + index - 2,
  }));
  assert.deepEqual(await sink.send(batchOf(texts, DESTINATION), SIGNAL), DELIVERED);
  assert.deepEqual(await sink.send(batch(["later"], midnight), SIGNAL), DELIVERED);
  assert.deepEqual(
    await sink.send(batchOf([{ text: "x", timestamp: 0 }], { group: "", stream: "api" }), SIGNAL),
    DELIVERED,
  );
  await sink.close();

  assert.equal(textOf(todayIn(folder)), "before 1\nbefore 2\n");
  assert.equal(textOf(join(webFolder(folder), "2026-08-02.ndjson")), "after 🐉\nlater\n");
  assert.equal(textOf(join(folder, "api", "1970-01-01.ndjson")), "x\n");
  assert.equal(statSync(todayIn(folder)).mode & 0o777, 0o600);
  for (const made of [folder, join(folder, "%2Faws%2Fapp"), webFolder(folder)]) {
    assert.equal(statSync(made).mode & 0o777, 0o700);
  }
});

test("a full file is followed by a numbered one, also within one batch and after a restart", async (context) => {
  const folder = folderFor(context);
  const lines = Array.from({ length: 50 }, (_, index) => `${index} `.padEnd(99, "x"));
  for (const part of [lines.slice(0, 25), lines.slice(25)]) {
    const sink = openDirectory(folder, { fileBytesMax: 1024 });
    assert.deepEqual(await sink.send(batch(part), SIGNAL), DELIVERED);
    await sink.close();
  }
  const names = ["2026-08-01.ndjson", ...[1, 2, 3, 4].map((number) => `2026-08-01.${number}.ndjson`)];
  assert.deepEqual(readdirSync(webFolder(folder)).sort(), [...names].sort());
  const texts = names.map((name) => textOf(join(webFolder(folder), name)));
  assert.equal(texts.join(""), `${lines.join("\n")}\n`);
  for (const text of texts) assert.ok(text.length <= 1024 && text.endsWith("\n"));
});

test("a line that is larger than a file may be stands alone and whole", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder, { fileBytesMax: 1024 });
  const giant = "g".repeat(5000);
  await sink.send(batch(["a", giant, "b"]), SIGNAL);
  await sink.close();
  const texts = ["2026-08-01", "2026-08-01.1", "2026-08-01.2"].map((name) =>
    textOf(join(webFolder(folder), `${name}.ndjson`)),
  );
  assert.deepEqual(texts, ["a\n", `${giant}\n`, "b\n"]);
});

test("a line that a crash tore off is cut away at the next open, and only that one", async (context) => {
  for (const [torn, kept] of [
    ['whole\n{"to', "whole\n"],
    [`whole\n${"x".repeat(200_000)}`, "whole\n"],
    ["x".repeat(200_000), ""],
    ["whole\n", "whole\n"],
  ] as const) {
    const folder = folderFor(context);
    mkdirSync(webFolder(folder), { recursive: true });
    writeFileSync(todayIn(folder), torn);
    const sink = openDirectory(folder);
    await sink.send(batch(["next"]), SIGNAL);
    await sink.close();
    assert.equal(textOf(todayIn(folder)), `${kept}next\n`);
  }
});

test("batches sent at once stand one after another", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  const names = Array.from({ length: 20 }, (_, index) => `batch ${index}`);
  const answers = await Promise.all(
    names.map((name) => sink.send(batch(Array.from({ length: 300 }, () => name.padEnd(500))), SIGNAL)),
  );
  await sink.close();
  assert.deepEqual(
    answers,
    names.map(() => DELIVERED),
  );
  const lines = textOf(todayIn(folder)).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.trimEnd()),
    names.flatMap((name) => Array.from({ length: 300 }, () => name)),
  );
});

test("a file that was removed, cut or lengthened by someone else is opened anew: nothing goes to nowhere", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  context.after(() => sink.close());
  const path = todayIn(folder);
  await sink.send(batch(["one"]), SIGNAL);
  rmSync(webFolder(folder), { recursive: true });
  await sink.send(batch(["two"]), SIGNAL);
  assert.equal(textOf(path), "two\n");
  truncateSync(path, 0);
  await sink.send(batch(["three"]), SIGNAL);
  assert.equal(textOf(path), "three\n");
  appendFileSync(path, "foreign\n");
  await sink.send(batch(["four"]), SIGNAL);
  assert.equal(textOf(path), "three\nforeign\nfour\n");
});

test("files kept open are bounded, and the streams go on", COUNTS_FILES, async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder, { openFilesMax: 3 });
  const streams = Array.from({ length: 12 }, (_, index) => `s${index}`);
  for (const text of ["first", "second"]) {
    await Promise.all(
      streams.map((stream) => sink.send(batch([text], NOON, { group: "g", stream }), SIGNAL)),
    );
    assert.ok(openFilesIn(folder) <= 3, `${openFilesIn(folder)} files are open`);
  }
  await sink.close();
  assert.equal(openFilesIn(folder), 0);
  for (const stream of streams) {
    assert.equal(textOf(join(folder, "g", stream, "2026-08-01.ndjson")), "first\nsecond\n");
  }
});

test("a stream with batches under way is never closed under them, however few files may be open", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder, { openFilesMax: 1 });
  const streams = ["a", "b", "c"];
  const senders = [0, 1, 2, 3];
  const lines = (sender: number) => Array.from({ length: 15 }, (_, index) => `${sender} ${index}`);
  await Promise.all(
    streams.flatMap((stream) =>
      senders.map(async (sender) => {
        for (const line of lines(sender)) {
          assert.deepEqual(await sink.send(batch([line], NOON, { group: "g", stream }), SIGNAL), DELIVERED);
        }
      }),
    ),
  );
  await sink.close();
  for (const stream of streams) {
    const written = textOf(join(folder, "g", stream, "2026-08-01.ndjson"))
      .trimEnd()
      .split("\n");
    for (const sender of senders) {
      assert.deepEqual(
        written.filter((line) => line.startsWith(`${sender} `)),
        lines(sender),
      );
    }
  }
});

test("days that alternate leave no file open", COUNTS_FILES, async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  for (const day of [0, 1, 0, 1, 2]) await sink.send(batch([`${day}`], NOON + day * DAY_MS), SIGNAL);
  assert.equal(openFilesIn(folder), 1);
  assert.equal(textOf(todayIn(folder)), "0\n0\n");
  const days = [0, 1, 2, 3].map((day) => ({ text: "all", timestamp: NOON + day * DAY_MS }));
  await sink.send(batchOf(days, DESTINATION), SIGNAL);
  assert.equal(openFilesIn(folder), 1);
  await sink.close();
});

test("what is in the way waits for a person, and the same batch goes through when it is gone", async (context) => {
  const folder = folderFor(context);
  mkdirSync(join(folder, "%2Faws%2Fapp"));
  writeFileSync(webFolder(folder), "a file where the folder should be");
  const sink = openDirectory(folder);
  const one = batch(["one"]);
  assert.equal(causeOf(await sink.send(one, SIGNAL)), "denied");
  rmSync(webFolder(folder));
  mkdirSync(todayIn(folder), { recursive: true });
  assert.equal(causeOf(await sink.send(one, SIGNAL)), "denied");
  rmSync(todayIn(folder), { recursive: true });
  assert.deepEqual(await sink.send(one, SIGNAL), DELIVERED);
  await sink.close();
  assert.equal(textOf(todayIn(folder)), "one\n");
});

test("when the second of two days cannot be written, the first is as it was", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  await sink.send(batch(["old"]), SIGNAL);
  const inTheWay = join(webFolder(folder), "2026-08-02.ndjson");
  mkdirSync(inTheWay);
  const both = batchOf(
    [
      { text: "first day", timestamp: NOON },
      { text: "second day", timestamp: NOON + DAY_MS },
    ],
    DESTINATION,
  );
  assert.equal(causeOf(await sink.send(both, SIGNAL)), "denied");
  assert.equal(textOf(todayIn(folder)), "old\n");
  renameSync(inTheWay, join(folder, "moved"));
  assert.deepEqual(await sink.send(both, SIGNAL), DELIVERED);
  await sink.close();
  assert.equal(textOf(todayIn(folder)), "old\nfirst day\n");
  assert.equal(textOf(inTheWay), "second day\n");
});

/**
 * Runs a script in another process, where a limit or another user holds; `steps` sends batches and prints the
 * answers.
 */
function elsewhere(prefix: string, folder: string, uid?: number): { causes: string[]; stderr: string } {
  const script = `
    const { openDirectory } = await import(${JSON.stringify(`${HERE}directory.js`)});
    const { batchOf } = await import(${JSON.stringify(`${HERE}batch-of.cases.js`)});
    const sink = openDirectory(${JSON.stringify(folder)});
    const send = async (text) => {
      const answer = await sink.send(
        batchOf([{ text, timestamp: ${NOON} }], ${JSON.stringify(DESTINATION)}),
        new AbortController().signal,
      );
      console.log([answer.cause ?? answer.verdict, answer.error?.code].join(" ").trim());
    };
    await send("small");
    await send("x".repeat(20000));
    await send("small again");
  `;
  const { stdout, stderr } = spawnSync(
    "sh",
    ["-c", `${prefix} exec "$0" --input-type=module -e "$1"`, process.execPath, script],
    { encoding: "utf8", ...(uid !== undefined && { uid }) },
  );
  return { causes: stdout.trimEnd().split("\n"), stderr };
}

test("a disk that takes only part of a batch leaves nothing of it, and the next batch goes through", (context) => {
  const folder = folderFor(context);
  // A limit on the size of files makes a write stop in the middle as a full disk does, without being root. In blocks
  // of 512 bytes.
  const { causes, stderr } = elsewhere("ulimit -f 16;", folder);
  assert.deepEqual(causes, ["delivered", "unavailable EFBIG", "delivered"], stderr);
  assert.equal(textOf(todayIn(folder)), "small\nsmall again\n");
});

test("nothing is delivered before the disk has it: a sync that fails takes the lines back", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  await sink.send(batch(["old"]), SIGNAL);
  const handle = await openFile(todayIn(folder));
  await handle.close();
  const failure = Object.assign(new Error("input/output error"), { code: "EIO" });
  const synced = context.mock.method(Object.getPrototypeOf(handle), "datasync", async () => {
    throw failure;
  });
  assert.deepEqual(await sink.send(batch(["new"]), SIGNAL), {
    verdict: "retry",
    cause: "unavailable",
    error: failure,
  });
  assert.equal(textOf(todayIn(folder)), "old\n");
  synced.mock.restore();
  assert.deepEqual(await sink.send(batch(["new"]), SIGNAL), DELIVERED);
  await sink.close();
  assert.equal(textOf(todayIn(folder)), "old\nnew\n");
});

test("a folder without rights is denied", (context) => {
  const folder = folderFor(context);
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o500);
  // Root may write anywhere, so the process runs as nobody then.
  const { causes, stderr } = elsewhere("", folder, isRoot ? 65_534 : undefined);
  assert.deepEqual(causes, ["denied EACCES", "denied EACCES", "denied EACCES"], stderr);
});

test("a record without a time is refused, and its neighbours are delivered", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  const texts = [NOON, Number.NaN, 9e15, NOON].map((timestamp, index) => ({ text: `${index}`, timestamp }));
  const answer = await sink.send(batchOf(texts, DESTINATION), SIGNAL);
  await sink.close();
  assert.ok(answer.verdict === "delivered");
  assert.deepEqual(
    answer.refused.map(({ index, reason }) => [index, reason]),
    [
      [1, "invalid"],
      [2, "invalid"],
    ],
  );
  assert.equal(textOf(todayIn(folder)), "0\n3\n");
});

test("a batch that is given up before its turn writes nothing", async (context) => {
  const folder = folderFor(context);
  const sink = openDirectory(folder);
  const controller = new AbortController();
  const [first, second] = [sink.send(batch(["one"]), SIGNAL), sink.send(batch(["two"]), controller.signal)];
  controller.abort();
  assert.deepEqual(await first, DELIVERED);
  assert.equal(causeOf(await second), "timeout");
  await sink.close();
  assert.equal(textOf(todayIn(folder)), "one\n");
});

test("options out of range and unknown ones are refused by name", () => {
  const wrong = [
    { fileBytesMax: 1023 },
    { fileBytesMax: 2 ** 41 },
    { openFilesMax: 0 },
    { openFilesMax: 1.5 },
  ];
  for (const options of wrong) {
    const [name] = Object.keys(options);
    assert.throws(() => openDirectory("x", options), {
      code: "DRAGONLOG_OPTION_INVALID",
      message: new RegExp(`^${name} `),
    });
  }
  assert.throws(() => openDirectory("x", { rotate: 1 } as object), {
    code: "DRAGONLOG_OPTION_UNKNOWN",
    message: /rotate/,
  });
  for (const path of ["", "a\0b"])
    assert.throws(() => openDirectory(path), { code: "DRAGONLOG_OPTION_INVALID" });
});

/** How many files in the folder this process has open. */
function openFilesIn(folder: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => linkTarget(`/proc/self/fd/${fd}`).startsWith(folder))
    .length;
}

function linkTarget(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
