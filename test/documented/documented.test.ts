/**
 * Every code block of every page runs, or says why it does not; this test fails for a block that does neither.
 *
 * For whoever writes a page: its blocks are what one reader does, from top to bottom, in one terminal and one folder in which
 * dragonlog is installed. A cloud answers, and a store at 10.0.0.5. What a block needs otherwise is said by comments right
 * above it (`markers.ts`):
 *
 * | comment | |
 * | --- | --- |
 * | `<!-- file: app.mjs -->` | the block is this file; a later `sh` block runs it |
 * | `<!-- given: command -->` | what was done before and need not be shown; a command that goes on does so until the page ends |
 * | `<!-- keep running -->` | the server or command goes on until the page ends; otherwise it is stopped as soon as it works |
 * | `<!-- output -->` | a `text` block is what the block above has printed; numbers, times and ids may differ, `…` stands for any lines |
 * | `<!-- output of: npx dragonlog status -->` | the same of a command that is run for it |
 * | `<!-- exit 1 -->` | the exit code that the page speaks of |
 * | `<!-- empty folder -->` | from here on in a new folder, with nothing exported |
 * | `<!-- not run: docker -->` | it cannot run here; `markers.ts` lists the kinds, and it is parsed all the same |
 *
 * - `js`, `ts`: a program, with its types checked. What a snippet does not define, such as `logger` or `app`, is there
 *   (`preludes.ts`). A server is stopped once it listens.
 * - `sh`: each command must succeed. `npm install` links what this repository has installed.
 * - `python`: runs with the package redis. `diff`: both sides are programs, and the one that comes runs.
 * - `json`, `yaml`, `ini`, `env`, `promql`, `acl`: read by what reads them in earnest.
 * - `cron`: its commands are read as those of blocks that do not run.
 * - `text` or none: output, a drawing, or `not run: sample`.
 *
 * At the end everything that was logged is delivered: once, and in order.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { reasonOf } from "./markers.js";
import { blocksIn, pages } from "./pages.js";
import { cannotRun, Performance } from "./perform.js";
import { strangeCommands } from "./prose.js";
import { Reader } from "./reader.js";
import { typeFaults } from "./types.js";

test("the programs of the pages have the right types", (context) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-types-"));
  context.after(() => rmSync(dir, { recursive: true }));
  assert.deepEqual(typeFaults(pages(), dir), []);
});

test("each command and flag that the pages name exists", async () => {
  const faults = await Promise.all(pages().map(strangeCommands));
  assert.deepEqual(faults.flat(), []);
});

/** Pages have loopback addresses of their own, and processes are looked for in /proc. */
const skip = process.platform !== "linux" && "only Linux has 127.0.0.0/8 and /proc";

describe("what the pages show", { concurrency: availableParallelism(), skip }, () => {
  for (const page of pages().filter(({ text }) => text.includes("```"))) {
    test(page.path, async (context) => {
      const blocks = blocksIn(page);
      assert.ok(blocks.length > 0, "its blocks are not found");
      // A block may need what those before it have done.
      const reason = blocks.map(cannotRun).find((each) => each !== false);
      if (reason) return context.skip(reason);
      const reader = await Reader.sitDown(context);
      const performance = new Performance(reader);
      for (const block of blocks) {
        const { notRun } = block.markers;
        const name = `line ${block.line}, ${block.language || "text"}`;
        const title = notRun === undefined ? name : `${name}, not run: ${reasonOf(notRun)}`;
        await context.test(title, () => performance.perform(block));
      }
      assert.deepEqual(performance.unused, [], "files that no command of the page uses");
      await reader.finish();
    });
  }
});
