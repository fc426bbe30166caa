/** What the tests of dead letters share: a folder, letters that can be told apart, and all that can be read of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { DeadLetters } from "./dead-letters.js";
import { deadFolderOf } from "./folder.js";
import type { DeadLetter } from "./letter.js";
import { type FoundLetter, readLetters, type Unreadable } from "./read-letters.js";

export const DESTINATION = { group: "g", stream: "s" };

/** A journal folder of its own, and its dead letters. */
export function deadLettersFor(context: TestContext, clock = new ManualClock()) {
  const root = mkdtempSync(join(tmpdir(), "dragonlog-dead-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const journalDir = join(root, "journal");
  const dir = deadFolderOf(journalDir);
  return { root, journalDir, dir, clock, letters: new DeadLetters(dir, clock) };
}

/** The line of a record as a logger writes it. */
export function lineOf(
  id: string,
  { timestamp = Date.UTC(2026, 0, 1), service = "web", data = "text" } = {},
): string {
  const head = `{"timestamp":"${new Date(timestamp).toISOString()}","service":${JSON.stringify(service)}`;
  return `${head},"data":${JSON.stringify(data)},"type":"INFO","id":"${id}"}`;
}

export function letterOf(line: string | Buffer, parts: Partial<DeadLetter> = {}): DeadLetter {
  const bytes = Buffer.from(line);
  const record = {
    timestamp: 0,
    writer: "w",
    seq: 0,
    ordinal: 0,
    service: "web",
    type: "INFO",
    bytes,
    start: 0,
    end: bytes.length,
  };
  return {
    record,
    destination: DESTINATION,
    reason: "invalid",
    detail: "why",
    cause: "data",
    attempts: 3,
    firstTriedAtMs: 0,
    lastTriedAtMs: 1000,
    requestId: "r",
    ...parts,
  };
}

export async function found(
  dir: string,
  unreadable: Unreadable = { damaged: 0, torn: 0 },
): Promise<FoundLetter[]> {
  const letters: FoundLetter[] = [];
  for await (const letter of readLetters(dir, unreadable)) letters.push(letter);
  return letters;
}

export async function linesIn(dir: string): Promise<string[]> {
  return (await found(dir)).map(({ letter }) => letter.line.toString());
}
