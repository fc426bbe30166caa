/**
 * How many records of which level there were, over time; a part of it can be brushed, by pointer or keyboard, to see only its
 * records in the list.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { clock, count, counted } from "../system/figures.js";
import { LEVEL_NAMES } from "../system/levels.js";
import type { Range } from "../system/route.js";
import type { LevelsBySecond } from "./levels-by-second.js";
import { paintHistogram } from "./paint-histogram.js";

const SPANS = [
  { minutes: 5, binMs: 2000 },
  { minutes: 15, binMs: 5000 },
  { minutes: 60, binMs: 20_000 },
] as const;
const REDRAW_MS = 500;
/** A pointer that moves less has clicked. */
const CLICK_PX = 4;

interface HistogramProps {
  readonly levels: LevelsBySecond | undefined;
  readonly range: Range | undefined;
  readonly onRange: (range: Range | undefined) => void;
}

export function Histogram({ levels, range, onRange }: HistogramProps) {
  const [spanIndex, setSpanIndex] = useState(0);
  const { minutes, binMs } = SPANS[spanIndex]!;
  const bins = (minutes * 60_000) / binMs;
  const canvas = useRef<HTMLCanvasElement>(null);
  const plot = useRef<HTMLDivElement>(null);
  // What the pointer or the keys stand at and began at, as times: the picture moves on under them.
  const [cursorMs, setCursorMs] = useState<number>();
  const [anchorMs, setAnchorMs] = useState<number>();
  const now = useTicks(REDRAW_MS);
  const toMs = Math.ceil(now / binMs) * binMs;
  const fromMs = toMs - bins * binMs;
  const sums = levels?.binned(fromMs, toMs, bins) ?? [];
  const brushed =
    anchorMs !== undefined && cursorMs !== undefined ? ordered(anchorMs, cursorMs, binMs) : range;

  useLayoutEffect(() => {
    if (canvas.current !== null) paintHistogram(canvas.current, sums);
  });

  const binAt = (ms: number): number => Math.min(Math.max(Math.floor((ms - fromMs) / binMs), 0), bins - 1);
  const timeAt = (event: PointerEvent): number => {
    const { left, width } = plot.current!.getBoundingClientRect();
    return fromMs + binAt(fromMs + ((event.clientX - left) / width) * (toMs - fromMs)) * binMs;
  };
  const pointer = useRef<number | undefined>(undefined);
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    plot.current!.setPointerCapture(event.pointerId);
    pointer.current = event.clientX;
    setAnchorMs(timeAt(event));
    setCursorMs(timeAt(event));
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (pointer.current === undefined) return;
    const clicked = Math.abs(event.clientX - pointer.current) < CLICK_PX;
    pointer.current = undefined;
    setAnchorMs(undefined);
    onRange(
      clicked && range !== undefined ? undefined : ordered(anchorMs ?? timeAt(event), timeAt(event), binMs),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = cursorMs ?? toMs - binMs;
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
    const step = steps[event.key];
    if (step !== undefined) {
      setAnchorMs(event.shiftKey ? (anchorMs ?? at) : undefined);
      setCursorMs(fromMs + binAt(at + step * binMs) * binMs);
    } else if (event.key === "Enter") {
      setAnchorMs(undefined);
      onRange(ordered(anchorMs ?? at, at, binMs));
    } else if (event.key === "Escape" && (anchorMs !== undefined || range !== undefined)) {
      setAnchorMs(undefined);
      onRange(undefined);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };

  const said = cursorMs === undefined ? undefined : binText(cursorMs, sums[binAt(cursorMs)]);
  const left = brushed && Math.max(0, ((brushed.fromMs - fromMs) / (toMs - fromMs)) * 100);
  const right = brushed && Math.max(0, ((toMs - brushed.toMs) / (toMs - fromMs)) * 100);
  return (
    <section class="histogram" aria-label="Records over time">
      <div class="legend">
        <span class="readout">{said ?? totalText(sums, minutes)}</span>
        <label>
          <span class="hidden">Time shown</span>
          <select value={spanIndex} onChange={(event) => setSpanIndex(Number(event.currentTarget.value))}>
            {SPANS.map((span, index) => (
              <option key={span.minutes} value={index}>
                {span.minutes === 60 ? "1 hour" : `${span.minutes} min`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div
        class="plot"
        ref={plot}
        role="slider"
        tabIndex={0}
        aria-label="Time. Arrows move, Shift and arrows select, Enter shows only that time, Escape shows all"
        aria-valuemin={0}
        aria-valuemax={bins - 1}
        aria-valuenow={binAt(cursorMs ?? toMs - binMs)}
        aria-valuetext={binText(cursorMs ?? toMs - binMs, sums[binAt(cursorMs ?? toMs - binMs)])}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => setCursorMs(timeAt(event))}
        onPointerUp={onPointerUp}
        onPointerLeave={() => pointer.current === undefined && setCursorMs(undefined)}
        onPointerCancel={() => {
          pointer.current = undefined;
          setAnchorMs(undefined);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setCursorMs(undefined);
          setAnchorMs(undefined);
        }}
      >
        <canvas ref={canvas} />
        {cursorMs !== undefined && (
          <span
            class="cursor"
            style={{ left: `${(binAt(cursorMs) / bins) * 100}%`, width: `${100 / bins}%` }}
          />
        )}
        {left !== undefined && right !== undefined && left + right < 100 && (
          <span class="brush" style={{ left: `${left}%`, right: `${right}%` }} />
        )}
      </div>
      <div class="axis" aria-hidden="true">
        <span>{clock(fromMs)}</span>
        <span>{clock((fromMs + toMs) / 2)}</span>
        <span>now</span>
      </div>
    </section>
  );
}

function ordered(one: number, other: number, binMs: number): Range {
  return { fromMs: Math.min(one, other), toMs: Math.max(one, other) + binMs };
}

function binText(ms: number, sum: Uint32Array | undefined): string {
  const total = sum?.reduce((all, records) => all + records, 0) ?? 0;
  return `${clock(ms)} · ${counted(total, "record")}${troubled(sum)}`;
}

function totalText(sums: readonly Uint32Array[], minutes: number): string {
  const total = new Uint32Array(LEVEL_NAMES.length + 1);
  for (const sum of sums)
    for (const [level, records] of sum.entries()) total[level] = total[level]! + records;
  const all = total.reduce((sum, records) => sum + records, 0);
  return `${counted(all, "record")} seen in ${minutes === 60 ? "1 hour" : `${minutes} min`}${troubled(total)}`;
}

/** What people look for: the records of the upper levels. */
function troubled(sum: Uint32Array | undefined): string {
  return [5, 4, 3]
    .filter((level) => (sum?.[level] ?? 0) > 0)
    .map((level) => ` · ${count(sum![level]!)} ${LEVEL_NAMES[level]}`)
    .join("");
}

function useTicks(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
