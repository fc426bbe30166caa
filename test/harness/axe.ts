/** What axe-core says of a page. */
import axe from "axe-core";
import type { Page } from "playwright-core";

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What it finds serious. Evaluated from outside, as a page may let no foreign script in. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source};0`);
  const violations = await page.evaluate<Finding[]>("axe.run().then(({ violations }) => violations)");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}
