/** The line under the list: is it live, is it all of it, and how to stop it. */
import { clock, count, counted, exactly } from "../system/figures.js";
import { visibleLine } from "../system/visible.js";
import type { FeedState } from "./feed.js";
import type { Connection } from "./stream.js";

interface StatusBarProps {
  readonly state: FeedState | undefined;
  readonly rows: number;
  readonly onPause: () => void;
  readonly onClear: () => void;
}

export function StatusBar({ state, rows, onPause, onClear }: StatusBarProps) {
  const { connection = { is: "connecting" } as Connection, paused = false, aside = 0 } = state ?? {};
  const { matchedRate = 0, shownRate = 0, missed = 0, trouble } = state ?? {};
  // Two counts of the same second are never quite equal.
  const sampled = matchedRate > shownRate * 1.02 + 1;
  const [kind, text] = paused ? (["paused", "Paused"] as const) : connectionText(connection);
  return (
    <footer class="status-bar">
      <button type="button" class="pause" aria-keyshortcuts="Space" onClick={onPause}>
        {paused ? "▶ Resume" : "❚❚ Pause"}
      </button>
      <button type="button" onClick={onClear}>
        Clear
      </button>
      <p class={`connection ${kind}`} role="status">
        <span class="dot" aria-hidden="true" />
        {text}
      </p>
      {paused && aside > 0 && <p>{counted(aside, "new one")} since</p>}
      {trouble !== undefined && (
        <p class="warning" role="status">
          {visibleLine(trouble)}
        </p>
      )}
      {sampled && !paused && (
        <p
          class="warning sampled"
          title="Filters are applied before the sample is taken: a filter shows all that match it."
        >
          An even sample: {count(shownRate)} of {count(matchedRate)} records a second. Filter to see all.
        </p>
      )}
      {!sampled && !paused && connection.is === "live" && (
        <p class="dim rate">{count(matchedRate)} records/s</p>
      )}
      {missed > 0 && <p class="warning">{exactly(missed)} passed unseen</p>}
      <p class="dim held">{counted(rows, "row")} here</p>
    </footer>
  );
}

function connectionText(connection: Connection): readonly [kind: string, text: string] {
  switch (connection.is) {
    case "connecting":
      return ["waiting", "Connecting"];
    case "live":
      return ["live", "Live"];
    case "refused":
      return ["gone", "Refused"];
    case "reconnecting":
      return ["gone", `The shipper is away since ${clock(connection.sinceMs)}; trying again`];
  }
}
