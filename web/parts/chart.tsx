/** A line chart over time. What the pointer stands at, else the latest, is said in words above it. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { clock } from "../system/figures.js";
import { colourOf, onThemeChange } from "../system/theme.js";

export interface ChartSeries {
  readonly label: string;
  /** A custom property. */
  readonly colour: string;
  readonly dashed?: boolean;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** In s since 1970, as uPlot has it. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
}

const HEIGHT_PX = 120;

export function Chart({ title, times, series, format }: ChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [at, setAt] = useState<number | null>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => onThemeChange(() => setTheme((before) => before + 1)), []);

  // Built anew for other colours only; data is set below.
  useLayoutEffect(() => {
    const element = root.current!;
    const axis = {
      stroke: colourOf("--text-dim"),
      grid: { stroke: colourOf("--line"), width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    };
    const created = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        padding: [8, 12, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: "flow" }, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          {
            ...axis,
            values: (_plot, ticks, _axis, _space, stepS) =>
              ticks.map((tick) => clock(tick * 1000).slice(0, stepS < 60 ? 8 : 5)),
            size: 24,
            space: 70,
          },
          { ...axis, values: (_plot, ticks) => ticks.map(format), size: 56, space: 28 },
        ],
        series: [
          {},
          ...series.map(({ label, colour, dashed }) => ({
            label,
            stroke: colourOf(colour),
            width: 1.5,
            points: { show: false },
            ...(dashed ? { dash: [5, 4] } : {}),
          })),
        ],
        hooks: { setCursor: [({ cursor }) => setAt(cursor.idx ?? null)] },
      },
      [[...times], ...series.map(({ values }) => [...values])],
      element,
    );
    plot.current = created;
    const resized = new ResizeObserver(() =>
      created.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      created.destroy();
    };
  }, [theme]);
  useEffect(
    () => plot.current?.setData([[...times], ...series.map(({ values }) => [...values])]),
    [times, series],
  );

  const index = at ?? times.length - 1;
  return (
    <figure class="chart">
      <figcaption>
        <span class="title">{title}</span>
        {series.map(({ label, colour, dashed, values }) => (
          <span key={label} class="key">
            <span class={dashed ? "sample dashed" : "sample"} style={{ borderColor: `var(${colour})` }} />
            {label} <b>{values[index] == null ? "–" : format(values[index])}</b>
          </span>
        ))}
        <span class="at dim">{at === null || times[at] === undefined ? "" : clock(times[at] * 1000)}</span>
      </figcaption>
      <div ref={root} aria-hidden="true" />
    </figure>
  );
}
