/** Schedules that found something once, as they were shrunk then: what they found must not come back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Burst, Kind, Schedule } from "./schedule.js";
import { play, type WorldOptions } from "./world/world.js";

function burst(pauseMs: number, spreadMs: number, kinds: string): Burst {
  const names: Record<string, Kind> = { p: "plain", l: "large", e: "earlier", a: "later", x: "poison" };
  return { pauseMs, spreadMs, kinds: Array.from(kinds, (letter) => names[letter]!), dies: false };
}

interface Found {
  readonly title: string;
  readonly schedule: Schedule;
  readonly options?: WorldOptions;
}

const FOUND: readonly Found[] = [
  {
    title: "a circuit opens while records are read, and another stream is denied",
    schedule: {
      seed: 610230577,
      writers: [
        { service: 0, bursts: [burst(267, 7, "ppppapppp")] },
        { service: 1, bursts: [{ ...burst(737, 7, "pp"), dies: true }, burst(468, 7, "pppp")] },
        {
          service: 1,
          bursts: [burst(266, 0, "pppppppppp"), burst(892, 0, "pppppppppp"), burst(825, 1, "p")],
        },
      ],
      phases: [
        { weather: "changing", ms: 1024 },
        { weather: "timeouts", ms: 2072 },
        { weather: "denied", ms: 2983 },
        { weather: "cuts", ms: 1765 },
      ],
      ends: [],
      letterFaults: [true],
      readFaults: 1,
      journalRecordsMax: 1000,
      inFlightMax: 4,
      eventsMax: 2,
      intervalMs: 1000,
    },
  },
  {
    title: "a circuit opens while records are read, and dead letters cannot be written",
    schedule: {
      seed: -2147483648,
      writers: [
        { service: 0, bursts: [burst(930, 1, "ppppp"), burst(919, 1, "pppppe")] },
        {
          service: 1,
          bursts: [
            { ...burst(924, 1, "pppppp"), dies: true },
            burst(1262, 0, "pppppppppp"),
            burst(620, 0, "ppppppppppp"),
          ],
        },
        { service: 1, bursts: [burst(508, 7, "pepppppx"), burst(721, 1, "pplpp")] },
      ],
      phases: [
        { weather: "cuts", ms: 1201 },
        { weather: "throttled", ms: 2865 },
      ],
      ends: [
        { step: 53, how: "killed after", downMs: 962 },
        { step: 38, how: "stopped", downMs: 441 },
      ],
      letterFaults: [true, true, true],
      readFaults: 2,
      journalRecordsMax: 1000,
      inFlightMax: 3,
      eventsMax: 2,
      intervalMs: 300,
    },
  },
  {
    title: "the last part of a large record is found beside parts that were stored before",
    schedule: {
      seed: 0,
      writers: [
        { service: 0, bursts: [{ ...burst(0, 0, "ppplppp"), dies: true }, burst(0, 0, "p")] },
        { service: 0, bursts: [{ ...burst(0, 0, "p"), dies: true }, burst(0, 0, "p")] },
      ],
      phases: [
        { weather: "cuts", ms: 50 },
        { weather: "throttled", ms: 2388 },
        { weather: "timeouts", ms: 2470 },
        { weather: "timeouts", ms: 2454 },
      ],
      ends: [],
      letterFaults: [true, false, true, false],
      readFaults: 0,
      journalRecordsMax: 1000,
      inFlightMax: 1,
      eventsMax: 7,
      intervalMs: 0,
    },
    options: { exactlyOnce: true, sortsByTimestamp: false },
  },
];

for (const { title, schedule, options } of FOUND) {
  test(title, async () => {
    assert.deepEqual((await play(schedule, options)).violations, []);
  });
}
