/** Dead letters that cannot be written, read or changed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { changeLetters } from "../../../src/dead-letters/change.js";
import { DeadLetters } from "../../../src/dead-letters/dead-letters.js";
import { deadFolderOf } from "../../../src/dead-letters/folder.js";
import { letterOf, lineOf } from "../../../src/dead-letters/letters.cases.js";
import { systemClock } from "../../../src/system/clock.js";
import { type Scene, type Stage, thrownBy } from "./stage.js";

const LETTER = letterOf(lineOf("k3v9x0a1b2c3-0"));

export const deadLetters = {
  DRAGONLOG_DEAD_LETTERS_FULL: async (stage) => {
    const letters = lettersOf(stage, 2000);
    return [
      await thrownBy(async () => {
        for (;;) await letters.add([LETTER]);
      }),
    ];
  },

  DRAGONLOG_DEAD_LETTERS_BUSY: async (stage) => {
    await lettersOf(stage).add([LETTER]);
    return changeLetters(stage.journal, systemClock, async () => [
      await stage.command("dead", "replay", "--since", "1h"),
    ]);
  },

  DRAGONLOG_DEAD_LETTERS_UNAVAILABLE: async (stage) => {
    mkdirSync(stage.journal);
    writeFileSync(deadFolderOf(stage.journal), "");
    return [await stage.command("dead", "list")];
  },

  DRAGONLOG_DEAD_LETTER_UNKNOWN: async (stage) => [
    await stage.command("dead", "show", "2026-01-31-k3x9qa:1042"),
  ],
} satisfies Readonly<Record<string, Scene>>;

function lettersOf({ journal }: Stage, bytesMax = 1 << 20): DeadLetters {
  return new DeadLetters(deadFolderOf(journal), systemClock, { bytesMax });
}
