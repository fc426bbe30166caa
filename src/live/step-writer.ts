/** Records become steps that are small enough to be passed on in one piece. */
import type { StoredRecord } from "../record/stored-record.js";
import type { Places } from "./in-series.js";
import { Levels } from "./levels.js";
import type { LiveStep } from "./live-step.js";
import type { Kept } from "./newest.js";
import { shownRecord } from "./shown-record.js";

/** A step ends with the record that makes it longer than this. */
const STEP_CHARACTERS_MAX = 128 << 10;

export interface Emitted {
  readonly step: LiveStep;
  /** How far the writers were read of which records stand in the step, or were left out of it. */
  readonly places: Places;
}

export class StepWriter {
  readonly #lineBytesMax: number | undefined;
  readonly #levels = new Levels();
  #records: string[] = [];
  #characters = 0;
  #matched = 0;
  #places = new Map<string, number>();

  constructor(lineBytesMax: number | undefined) {
    this.#lineBytesMax = lineBytesMax;
  }

  get isFull(): boolean {
    return this.#characters > STEP_CHARACTERS_MAX;
  }

  show(record: StoredRecord): void {
    const text = shownRecord(record, this.#lineBytesMax);
    this.#records.push(text);
    this.#characters += text.length;
    this.leaveOut(record);
  }

  leaveOut(record: StoredRecord): void {
    this.#places.set(record.writer, record.seq);
    this.count(record);
  }

  /** For one that matched, and whose line is not there any more. */
  count({ timestamp, type }: Pick<Kept, "timestamp" | "type">): void {
    this.#matched++;
    this.#levels.add(timestamp, type);
  }

  /** All since the step before, with what else is to be said; undefined when there is nothing. */
  take(rest: { missed?: number; caughtUp?: boolean; trouble?: string } = {}): Emitted | undefined {
    const { missed = 0, caughtUp = false, trouble } = rest;
    const records = this.#records;
    const matched = this.#matched;
    const places = this.#places;
    if (matched === 0 && missed === 0 && !caughtUp && trouble === undefined) return undefined;
    this.#records = [];
    this.#characters = 0;
    this.#matched = 0;
    this.#places = new Map();
    const said = { ...(caughtUp ? { caughtUp } : {}), ...(trouble === undefined ? {} : { trouble }) };
    return { step: { records, matched, missed, levels: this.#levels.take(), ...said }, places };
  }
}
