/** What many schedules have met together, so that tame ones are noticed. */
import { STEPS } from "./world/life.js";
import type { Happened } from "./world/world.js";

export class Coverage {
  schedules = 0;
  readonly sums: Record<string, number> = {};

  readonly add = ({ ends, ...figures }: Happened): void => {
    this.schedules++;
    for (const [name, figure] of Object.entries(figures)) this.#count(name, figure);
    for (const { step, how } of ends) this.#count(`${how}: ${step}`, 1);
  };

  #count(name: string, by: number): void {
    this.sums[name] = (this.sums[name] ?? 0) + by;
  }
}

type Sums = Pick<Coverage, "schedules" | "sums">;

/** Steps at which no shipper was killed, with `before` or `after`. */
export function stepsWithoutKill({ sums }: Sums, exactlyOnce: boolean): string[] {
  return STEPS.filter((step) => exactlyOnce || (step !== "note" && step !== "look up"))
    .flatMap((step) => [`killed before: ${step}`, `killed after: ${step}`])
    .filter((name) => !((sums[name] ?? 0) > 0));
}

export function coverageText({ schedules, sums }: Sums): string {
  const figures = Object.entries(sums).map(
    ([name, sum]) => `${name} ${Math.round(sum).toLocaleString("en")}`,
  );
  return `${schedules} schedules: ${figures.join(", ")}`;
}
