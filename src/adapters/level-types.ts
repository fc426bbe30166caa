/** Levels of pino, and of bunyan, from which pino has them, become types: the level's name in capitals. */
import { OTHER_TYPE, typeCodeOf } from "../record/types.js";

/** As much of `logger.levels` as is needed. */
export interface PinoLevels {
  readonly labels: Readonly<Record<number, string>>;
}

export interface RecordType {
  readonly name: string;
  readonly code: number;
  /** The name, where it is none of the six levels. */
  readonly text: string | undefined;
}

/** https://github.com/pinojs/pino/blob/main/docs/api.md#loggerlevels-object */
export const DEFAULT_LEVELS: PinoLevels = {
  labels: { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" },
};
/** Levels come from programs, not from what they log; a program that makes them without end gets them anew each time. */
const KNOWN_MAX = 1000;
const INFO = typeNamed("INFO");

function typeNamed(name: string): RecordType {
  const code = typeCodeOf(name);
  return { name, code, text: code === OTHER_TYPE ? name : undefined };
}

/** Finds types by levels, of one table of levels after the other. */
export class LevelTypes {
  #levels: PinoLevels = DEFAULT_LEVELS;
  readonly #known = new Map<unknown, RecordType>();
  #saidLevel: unknown;
  #saidType: RecordType | undefined;
  #said = false;

  /** The type of a level by its number or its label; of a number without a name, that of the next lower one of pino's own. */
  typeOf(level: unknown, levels: PinoLevels): RecordType {
    if (levels !== this.#levels) {
      this.#levels = levels;
      this.#known.clear();
      this.#saidType = undefined;
    }
    const known = this.#known.get(level);
    if (known !== undefined) return known;
    const found = this.#find(level);
    if (this.#known.size < KNOWN_MAX) this.#known.set(level, found);
    return found;
  }

  /** True where the type, of the last table of levels, says all that the member `level` says. */
  isSaid(level: unknown, type: RecordType): boolean {
    if (level !== this.#saidLevel || type !== this.#saidType) {
      this.#saidLevel = level;
      this.#saidType = type;
      const label = typeof level === "number" ? this.#levels.labels[level] : level;
      this.#said = typeof label === "string" && label.toUpperCase() === type.name;
    }
    return this.#said;
  }

  #find(level: unknown): RecordType {
    if (typeof level === "string" && level !== "") return typeNamed(level.toUpperCase());
    if (typeof level !== "number") return INFO;
    const label = this.#levels.labels[level] ?? lowerLabel(level);
    return typeNamed(label.toUpperCase());
  }
}

function lowerLabel(level: number): string {
  const tens = Math.min(60, Math.max(10, Math.floor(level / 10) * 10));
  return DEFAULT_LEVELS.labels[tens] ?? "info";
}
