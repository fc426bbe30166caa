/**
 * The levels of a family of loggers. Each logger looks at a cell that all with the same service and the same level of their own
 * share, so that a level set from outside (`journal/level-file.ts`) reaches every child at once, and a log call pays nothing for it.
 */
import { type LevelsByService, levelFileMark, readLevels } from "../journal/level-file.js";
import { LEVELS, type Level } from "../record/types.js";

/** Further ones are not reached from outside: as many as there are services, times six. */
const CELLS_MAX = 6000;

export class LevelCell {
  /** The index in `LEVELS` of the lowest level that is recorded. */
  lowest: number;

  constructor(
    readonly service: string,
    /** The same, as it is without a level set from outside. */
    readonly own: number,
  ) {
    this.lowest = own;
  }
}

export class Levels {
  readonly #root: string;
  readonly #onTrouble: (error: unknown) => void;
  readonly #cells = new Map<string, LevelCell>();
  #set: LevelsByService = new Map();
  #mark = "";
  /** That the file cannot be looked at, as long as that is so. */
  #isTold = false;

  /** `root` is the folder of all journals; what is wrong with the file there is told, and changes nothing. */
  constructor(root: string, onTrouble: (error: unknown) => void) {
    this.#root = root;
    this.#onTrouble = onTrouble;
    this.look();
  }

  /** The cell of a service's loggers with this level of their own. */
  cellOf(service: string, own: number): LevelCell {
    const key = `${own} ${service}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = new LevelCell(service, own);
      if (this.#cells.size < CELLS_MAX) {
        this.#cells.set(key, cell);
        this.#apply(cell);
      }
    }
    return cell;
  }

  /** The level that is set from outside. */
  setFor(service: string): Level | undefined {
    return this.#set.get(service);
  }

  /** Looks at the file again; true when something has changed. Costs one call of the system where nothing has. */
  look(): boolean {
    try {
      const mark = levelFileMark(this.#root);
      if (mark === this.#mark) return false;
      this.#mark = mark;
      this.#set = readLevels(this.#root);
      this.#isTold = false;
    } catch (error) {
      if (!this.#isTold) this.#onTrouble(error);
      this.#isTold = true;
      return false;
    }
    for (const cell of this.#cells.values()) this.#apply(cell);
    return true;
  }

  #apply(cell: LevelCell): void {
    const level = this.#set.get(cell.service);
    cell.lowest = level === undefined ? cell.own : levelIndex(level);
  }
}

/** The index of a level in `LEVELS`; -1 for what is none. */
export function levelIndex(level: Level): number {
  return LEVELS.indexOf(String(level).toUpperCase() as (typeof LEVELS)[number]);
}
