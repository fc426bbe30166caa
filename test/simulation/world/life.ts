/**
 * One life of the shipper's process. Every call with which it touches what lies outside of it is a step, and the end is
 * planned for one of them: a kill just before the step takes effect or just after, or a stop in good order from then on.
 *
 *     alive ──the planned step──► dead: no call has an effect any more, no timer fires, no answer arrives
 *
 * What the shipper does between two steps nobody else can see, and its own memory ends with it. So a crash before and
 * after each step is a crash at every point at which it could matter.
 */
import type { Chunk, LogBuffer, Memo, OrdinalRange, Source, Waiting } from "../../../src/buffer/buffer.js";
import type { DeadLetter, DeadLetters } from "../../../src/dead-letters/dead-letters.js";
import type { Clock } from "../../../src/system/clock.js";

export const STEPS = [
  "read",
  "rewind",
  "send",
  "answer",
  "acknowledge",
  "bury",
  "buried",
  "note",
  "look up",
  "remove",
] as const;
export type StepName = (typeof STEPS)[number];

/** How a life ends: at its step number `step`, from 1. */
export interface End {
  readonly step: number;
  /** Killed before or after that step takes effect, or asked then to stop in good order. */
  readonly how: "killed before" | "killed after" | "stopped";
}

const NEVER = new Promise<never>(() => {});
const NOTHING: Chunk = { records: [], drained: true };

export class Life {
  dead = false;
  steps = 0;
  /** Those that were claimed, by name. */
  readonly sources = new Map<string, Source>();
  #end: End | undefined;
  readonly #onEnd: (step: StepName, how: End["how"]) => void;

  /** `onEnd` is told once, when the end begins. */
  constructor(end: End | undefined, onEnd: (step: StepName, how: End["how"]) => void) {
    this.#end = end;
    this.#onEnd = onEnd;
  }

  /** No end is planned any more. */
  liveOn(): void {
    this.#end = undefined;
  }

  /** Takes a step; undefined when it had no effect, or nobody is left to see what it returned. */
  step<T>(name: StepName, effect: () => T): T | undefined {
    if (this.dead) return undefined;
    this.steps++;
    const how = this.steps === this.#end?.step ? this.#end.how : undefined;
    if (how === "killed before") {
      this.#die(name, how);
      return undefined;
    }
    const result = effect();
    if (how === "killed after") {
      this.#die(name, how);
      return undefined;
    }
    if (how === "stopped") this.#onEnd(name, how);
    return result;
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      eventsHandled: () => clock.eventsHandled(),
      after: (ms, callback) =>
        this.dead
          ? () => {}
          : clock.after(ms, () => {
              if (!this.dead) callback();
            }),
    };
  }

  /** `onAcknowledged` is told of what has reached the buffer. */
  buffer(buffer: LogBuffer, onAcknowledged: OnAcknowledged): LogBuffer {
    const sources = new Map<Source, MortalSource>();
    const mortal = (source: Source): MortalSource => {
      const known = sources.get(source) ?? new MortalSource(source, this, onAcknowledged);
      sources.set(source, known);
      this.sources.set(source.name, known);
      return known;
    };
    return {
      claim: async () => (this.dead ? NEVER : (await buffer.claim()).map(mortal)),
      flushRequestedAtMs: () => (this.dead ? NEVER : buffer.flushRequestedAtMs()),
      close: () => (this.dead ? NEVER : buffer.close()),
    };
  }

  letters(add: (letters: readonly DeadLetter[]) => Promise<void>): Pick<DeadLetters, "add"> {
    return {
      add: async (letters) => {
        let written: Promise<void> | undefined;
        this.step("bury", () => {
          written = add(letters);
        });
        try {
          await written;
        } catch (error) {
          if (!this.dead) throw error;
        }
        return this.step("buried", () => true) ? undefined : NEVER;
      },
    };
  }

  #die(step: StepName, how: End["how"]): void {
    this.dead = true;
    this.#onEnd(step, how);
  }
}

type OnAcknowledged = (source: string, ranges: readonly OrdinalRange[]) => void;

class MortalSource implements Source {
  readonly name: string;
  readonly host: string;
  readonly memo: Memo;
  readonly #source: Source;
  readonly #life: Life;
  readonly #onAcknowledged: OnAcknowledged;

  constructor(source: Source, life: Life, onAcknowledged: OnAcknowledged) {
    this.#source = source;
    this.#life = life;
    this.#onAcknowledged = onAcknowledged;
    this.name = source.name;
    this.host = source.host;
    const { memo } = source;
    this.memo = {
      read: () => memo.read(),
      append: (line) => life.step("note", () => memo.append(line)),
      replace: (lines) => life.step("note", () => memo.replace(lines)),
    };
  }

  unread(): Waiting {
    return this.#life.dead ? { records: 0, bytes: 0, oldestMs: undefined } : this.#source.unread();
  }

  read(bytesMax: number): Chunk | Promise<Chunk> {
    return this.#life.step("read", () => this.#source.read(bytesMax)) ?? NOTHING;
  }

  rewind(): void {
    this.#life.step("rewind", () => this.#source.rewind());
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    this.#life.step("acknowledge", () => {
      this.#source.acknowledge(ranges);
      this.#onAcknowledged(this.name, ranges);
    });
  }

  /** Looked at many times a second; a step only when the source removes itself. */
  finished(): boolean {
    const { dead } = this.#life;
    return !dead && this.#source.finished() && this.#life.step("remove", () => true) !== undefined;
  }
}
