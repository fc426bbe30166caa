/** The last hour, in four charts. */
import { useMemo } from "preact/hooks";
import type { Step } from "../../src/ship/vitals.js";
import { Chart, type ChartSeries } from "../parts/chart.js";
import { count, duration, rate } from "../system/figures.js";

export function Charts({ steps }: { steps: readonly Step[] }) {
  const { times, passed, waiting, puts, wrong } = useMemo(() => chartsOf(steps), [steps]);
  return (
    <div class="charts">
      <Chart title="Records a second" times={times} series={passed} format={rate} />
      <Chart title="Records that wait" times={times} series={waiting} format={count} />
      <Chart title="Time of a put" times={times} series={puts} format={duration} />
      <Chart title="What went wrong" times={times} series={wrong} format={count} />
    </div>
  );
}

function chartsOf(steps: readonly Step[]) {
  const series = (
    label: string,
    colour: string,
    value: (step: Step) => number | undefined,
    dashed = false,
  ): ChartSeries => ({ label, colour, dashed, values: steps.map((step) => value(step) ?? null) });
  const perSecond = (records: number, { stepMs }: Step): number => records / (stepMs / 1000);
  return {
    times: steps.map(({ atMs }) => atMs / 1000),
    passed: [
      series("logged", "--chart-0", (step) => perSecond(step.inRecords, step)),
      series("delivered", "--chart-2", (step) => perSecond(step.outRecords, step)),
    ],
    waiting: [series("waiting", "--chart-1", ({ waitingRecords }) => waitingRecords)],
    puts: [
      series("half within", "--chart-2", ({ putMsP50 }) => putMsP50),
      series("99 % within", "--chart-3", ({ putMsP99 }) => putMsP99),
    ],
    wrong: [
      series("failed tries", "--chart-3", ({ failures }) => failures),
      series("dead letters", "--chart-1", ({ deadLetters }) => deadLetters, true),
      series("dropped", "--chart-4", ({ dropped }) => dropped),
    ],
  };
}
