/** The pipeline at this moment, and how it was in the last hour. */
import type { Step } from "../../src/ship/vitals.js";
import type { Overview } from "../../src/watch/overview.js";
import { sentencesOf } from "../system/api.js";
import { sentence } from "../system/figures.js";
import { type Polled, usePolled } from "../system/polled.js";
import { visibleLine } from "../system/visible.js";
import { Charts } from "./charts.js";
import { Picture } from "./picture.js";
import { DestinationsTable, WritersTable } from "./tables.js";

const HISTORY_MS = 5000;

interface FlowViewProps {
  readonly overview: Polled<Overview>;
  readonly letters: number | undefined;
}

export function FlowView({ overview: { value, error }, letters }: FlowViewProps) {
  const history = usePolled<Step[]>("/api/history", HISTORY_MS);
  return (
    <main class="page flow" id="main">
      <h1 class="hidden">Flow</h1>
      {error !== undefined && (
        <p class="banner bad" role="status">
          {visibleLine(sentencesOf(error))}
          {value !== undefined && " What you see is how it was before."}
        </p>
      )}
      {value === undefined && error === undefined && <p class="dim">Looks at the pipeline…</p>}
      {value !== undefined && (
        <>
          <Problems overview={value} />
          <Picture overview={value} letters={letters} />
          {value.writers.length === 0 && <NoWriter />}
        </>
      )}
      {(history.value?.length ?? 0) > 1 ? (
        <section aria-label="The last hour">
          <Charts steps={history.value!} />
        </section>
      ) : (
        <p class="dim">Charts of the last hour begin in a moment.</p>
      )}
      {value !== undefined && value.writers.length > 0 && (
        <div class="tables">
          <DestinationsTable overview={value} />
          <WritersTable overview={value} />
        </div>
      )}
    </main>
  );
}

function Problems({ overview: { health } }: { overview: Overview }) {
  if (health.problems.length + health.warnings.length === 0) return null;
  return (
    <ul class={health.healthy ? "banner warn" : "banner bad"} aria-label="What to look at">
      {[...health.problems, ...health.warnings].map((said) => (
        <li key={said}>{visibleLine(sentence(said))}</li>
      ))}
    </ul>
  );
}

function NoWriter() {
  return (
    <section class="nothing">
      <h2>Nobody logs yet</h2>
      <p>A logger of this machine shows up here with its first record:</p>
      <pre>
        {
          'import { DragonLogger } from "dragonlog";\n\nconst logger = new DragonLogger({ service: "api" });\nlogger.info("It works");'
        }
      </pre>
      <p>
        Programs that print their logs take <code>dragonlog run -- your-program</code>.
      </p>
    </section>
  );
}
