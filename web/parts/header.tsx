import type { Session } from "../../src/serve/api.js";
import type { Overview } from "../../src/watch/overview.js";
import { count } from "../system/figures.js";
import type { Polled } from "../system/polled.js";
import type { Route } from "../system/route.js";
import { visibleLine } from "../system/visible.js";
import { HealthButton } from "./health.js";
import { ThemeButton } from "./theme-button.js";

interface HeaderProps {
  readonly view: Route["view"];
  readonly session: Session | undefined;
  readonly overview: Polled<Overview>;
  readonly letters: number | undefined;
  readonly onHelp: () => void;
}

export function Header({ view, session, overview, letters = 0, onHelp }: HeaderProps) {
  const tab = (name: Route["view"], text: string, badge = 0) => (
    <a href={`#/${name}`} aria-current={view === name ? "page" : undefined}>
      {text}
      {badge > 0 && <span class="count">{count(badge)}</span>}
    </a>
  );
  return (
    <header class="top">
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <a class="brand" href="#/live" aria-label="dragonlog">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path class="lines" d="M8 10h10M8 16h16M8 22h6" />
          <path class="spark" d="M18 22l3.5-3 3 3-3 3z" />
        </svg>
        <span>dragonlog</span>
      </a>
      <nav aria-label="Views">
        {tab("live", "Live")}
        {tab("flow", "Flow")}
        {tab("dead", "Dead letters", letters)}
      </nav>
      <HealthButton overview={overview} />
      <div class="tools">
        {session && (
          <span class="host" title={`dragonlog ${session.version}`}>
            {visibleLine(session.host)}
            {session.readOnly && <span class="tag">read-only</span>}
          </span>
        )}
        <ThemeButton />
        <button type="button" class="icon help-button" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
          ?
        </button>
        {session?.loggedIn && (
          <form method="post" action="/logout">
            <button type="submit">Log out</button>
          </form>
        )}
      </div>
    </header>
  );
}

/** No link, as the address belongs to the views. */
function skip(): void {
  const main = document.querySelector<HTMLElement>("#main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}
