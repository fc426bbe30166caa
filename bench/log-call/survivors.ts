/** What is left of a process that was killed. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createClient } from "@redis/client";
import { listJournals } from "../../src/buffer/journal.js";
import { JournalReader } from "../../src/journal/reader.js";
import { type ContenderName, LOG_FILE, type Place, REDIS_LIST } from "./contender.js";

export interface Survivors {
  /** Records that can be read, whole. */
  readonly records: number;
  /** Their mean, without the line break. */
  readonly bytesPerLine: number;
}

export async function survivorsOf(name: ContenderName, place: Place): Promise<Survivors> {
  const lines =
    name === "dragonlog" || name === "shipped" || name === "pino-dragonlog"
      ? journalLines(place.dir)
      : name === "redis"
        ? await redisLines(place.redisUrl)
        : fileLines(join(place.dir, LOG_FILE));
  const whole = lines.filter(isJson);
  const bytes = whole.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  return { records: whole.length, bytesPerLine: Math.round(bytes / whole.length) };
}

function journalLines(dir: string): string[] {
  const lines: string[] = [];
  for (const folder of listJournals(dir)) {
    const reader = new JournalReader({
      folder,
      writer: basename(folder),
      fromSeq: 0,
      restarted: false,
      onGap: () => {},
    });
    for (let read = reader.read(1 << 20); read.length > 0; read = reader.read(1 << 20)) {
      lines.push(...read.map(({ bytes, start, end }) => bytes.toString("utf8", start, end)));
    }
    reader.close();
  }
  return lines;
}

function fileLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n");
}

async function redisLines(url: string): Promise<string[]> {
  const client = createClient({ url });
  await client.connect();
  const lines = await client.lRange(REDIS_LIST, 0, -1);
  await client.close();
  return lines;
}

/** The last line of a file may be torn. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
