/** In a process of its own: one logger, one record, all passes. */
import { order, report } from "../lib/child.js";
import { median, percentile } from "../lib/stats.js";
import { CONTENDERS, type Contender, type ContenderName, type Place } from "./contender.js";
import { BURST_CALLS, ONE_TURN_CALLS, pause, WAITING_CALLS_SHARE, WARM_UP_CALLS } from "./shape.js";
import { type ShapeName, shapes } from "./shapes.js";

export interface MeasureOrder {
  readonly name: ContenderName;
  readonly record: ShapeName;
  readonly place: Place;
  /** Calls in each pass. */
  readonly calls: number;
}

export interface Measured {
  readonly nsPerCall: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  /** How long the event loop was busy per record until everything had left: what a logger puts off counts here. */
  readonly loopNsPerRecord: number;
  /** CPU time of the whole process, all its threads, per record until everything had left it. */
  readonly cpuUsPerRecord: number;
  /** How long one turn of the event loop took that logged `ONE_TURN_CALLS` records. */
  readonly oneTurnMs: number;
  /** What reading the clock adds to each value of the percentiles. */
  readonly timerNs: number;
}

const ONE_TURNS = 7;

const ordered = order<MeasureOrder>();
const { name, record, place } = ordered;
const shape = shapes[record];
const calls = wholeBursts(ordered.calls * shape.share);
const turnCalls = wholeBursts(ONE_TURN_CALLS * shape.share);
const open = await CONTENDERS[name].load();
const contender = await open(place, shape);

await inBursts(
  contender,
  wholeBursts(WARM_UP_CALLS * shape.share * (contender.waits ? WAITING_CALLS_SHARE : 1)),
);
await contender.drain();

const loopBefore = performance.eventLoopUtilization();
const cpuBefore = process.cpuUsage();
const nsPerCall = await inBursts(contender, calls);
await contender.drain();
const cpu = process.cpuUsage(cpuBefore);
const loop = performance.eventLoopUtilization(loopBefore);

const each = await eachCall(contender, calls);
await contender.drain();

const turns: number[] = [];
for (let turn = 0; turn < ONE_TURNS; turn++) {
  turns.push(await oneTurn(contender));
  await contender.drain();
}
await contender.close();

await report({
  nsPerCall,
  loopNsPerRecord: (loop.active * 1e6) / calls,
  p50Ns: percentile(each, 0.5),
  p99Ns: percentile(each, 0.99),
  p999Ns: percentile(each, 0.999),
  cpuUsPerRecord: (cpu.user + cpu.system) / calls,
  oneTurnMs: median(turns),
  timerNs: timerNs(),
} satisfies Measured);

function wholeBursts(calls: number): number {
  return Math.ceil(calls / BURST_CALLS) * BURST_CALLS;
}

/** Nanoseconds per call: the calls alone, not the turns of the event loop between the bursts. */
async function inBursts(contender: Contender, calls: number): Promise<number> {
  let ms = 0;
  for (let done = 0; done < calls; done += BURST_CALLS) {
    const before = performance.now();
    if (contender.waits) {
      await burstAwaited(contender, done, BURST_CALLS);
    } else {
      burst(contender, done, BURST_CALLS);
    }
    ms += performance.now() - before;
    await pause();
  }
  return (ms * 1e6) / calls;
}

function burst(contender: Contender, from: number, calls: number): void {
  for (let i = from; i < from + calls; i++) {
    contender.log(i);
  }
}

async function burstAwaited(contender: Contender, from: number, calls: number): Promise<void> {
  for (let i = from; i < from + calls; i++) {
    await contender.log(i);
  }
}

/** Nanoseconds of every single call; a pass of its own, because reading the clock costs as well. */
async function eachCall(contender: Contender, calls: number): Promise<Float64Array> {
  const ns = new Float64Array(calls);
  for (let done = 0; done < calls; done += BURST_CALLS) {
    for (let i = done; i < done + BURST_CALLS; i++) {
      const before = performance.now();
      const waited = contender.log(i);
      if (waited !== undefined) {
        await waited;
      }
      ns[i] = (performance.now() - before) * 1e6;
    }
    await pause();
  }
  return ns;
}

async function oneTurn(contender: Contender): Promise<number> {
  const before = performance.now();
  if (contender.waits) {
    await burstAwaited(contender, 0, turnCalls);
  } else {
    burst(contender, 0, turnCalls);
  }
  return performance.now() - before;
}

function timerNs(): number {
  const ns = new Float64Array(10_000);
  for (let i = 0; i < ns.length; i++) {
    const before = performance.now();
    ns[i] = (performance.now() - before) * 1e6;
  }
  return percentile(ns, 0.5);
}
