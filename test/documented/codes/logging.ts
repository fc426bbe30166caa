/** Loggers that cannot keep what is logged, or not as they should. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { JournalBuffer } from "../../../src/buffer/journal.js";
import { encodeBlock } from "../../../src/buffer/redis/encode-block.js";
import type { DragonLogger } from "../../../src/index.js";
import { systemClock } from "../../../src/system/clock.js";
import type { DragonlogError } from "../../../src/system/errors.js";
import { openMapper } from "../../../src/system/mapping.js";
import { blockItems } from "./blocks.js";
import { NO_STORE, type Scene, type Seen, type Stage, seenIn, thrownBy } from "./stage.js";

const SMALL = { segmentBytes: "256KiB", journalBytesMax: "1MiB" } as const;
const NO_FOLDER = "/dev/null/journal";
const MIB = 2 ** 20;

export const logging = {
  DRAGONLOG_JOURNAL_FULL: async (stage) => [
    await stage.told("DRAGONLOG_JOURNAL_FULL", SMALL, logTwoMegabytes),
  ],

  DRAGONLOG_JOURNAL_UNAVAILABLE: async (stage) => [
    await cannotBeWritten(stage),
    await flushOf(stage),
    await stage.command("status", "--journal-dir", NO_FOLDER),
  ],

  DRAGONLOG_JOURNAL_DEGRADED: async (stage) => [await unmapped(stage), await deleted(stage)],

  DRAGONLOG_JOURNAL_COPIED: async (stage) => {
    const logger = stage.logger();
    logger.info("x");
    const { writer } = logger.stats();
    cpSync(join(stage.journal, writer), join(stage.journal, "backup"), { recursive: true });
    const failures: unknown[] = [];
    const buffer = new JournalBuffer({
      dir: stage.journal,
      clock: systemClock,
      onDamage: () => undefined,
      onClaimFailure: (error) => failures.push(error),
    });
    buffer.claim();
    buffer.close();
    return failures.map((error) => seenIn(error as DragonlogError));
  },

  DRAGONLOG_BUFFER_FULL: async (stage) => [
    await stage.told(
      "DRAGONLOG_BUFFER_FULL",
      { ...SMALL, buffer: NO_STORE, journal: false, drainDeadline: "1s" },
      logTwoMegabytes,
    ),
  ],

  DRAGONLOG_RECORD_TOO_LARGE: async () => {
    const bytes = Buffer.alloc(64 * MIB);
    return [await thrownBy(() => encodeBlock(blockItems(0, 9, bytes), "host", "none"))];
  },
} satisfies Readonly<Record<string, Scene>>;

function logTwoMegabytes(logger: DragonLogger): void {
  for (let n = 0; n < 2000; n++) logger.info("x".repeat(1000));
}

async function cannotBeWritten(stage: Stage): Promise<Seen> {
  return stage.told(
    "DRAGONLOG_JOURNAL_UNAVAILABLE",
    { journalDir: NO_FOLDER },
    (logger) => logger.info("x"),
    /cannot be written/,
  );
}

async function flushOf(stage: Stage): Promise<Seen> {
  const logger = stage.logger({ journalDir: NO_FOLDER });
  logger.info("x");
  return thrownBy(() => logger.flush());
}

/** As on a file system that maps no files. */
async function unmapped(stage: Stage): Promise<Seen> {
  const mapper = openMapper();
  const { reserve } = mapper;
  mapper.reserve = (bytes) => ({
    ...reserve.call(mapper, bytes),
    attach() {
      throw new Error("mmap: ENODEV");
    },
  });
  try {
    return await stage.told(
      "DRAGONLOG_JOURNAL_DEGRADED",
      { segmentBytes: "520KiB" },
      (logger) => logger.info("x"),
      /cannot be mapped/,
    );
  } finally {
    mapper.reserve = reserve;
  }
}

async function deleted(stage: Stage): Promise<Seen> {
  return stage.told(
    "DRAGONLOG_JOURNAL_DEGRADED",
    {},
    async (logger) => {
      rmSync(stage.journal, { recursive: true });
      logger.info("x");
      await logger.flush();
    },
    /was deleted/,
  );
}
