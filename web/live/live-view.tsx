/** The records as they are logged: filters, histogram, list, and one of them in full. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock, counted } from "../system/figures.js";
import { EVERYTHING, formatRoute, go, type LiveRoute, type Range } from "../system/route.js";
import { Detail } from "./detail.js";
import { Feed, type FeedState } from "./feed.js";
import { Filters } from "./filters.js";
import { Histogram } from "./histogram.js";
import type { RecordRow, Row } from "./row.js";
import { StatusBar } from "./status-bar.js";
import { VirtualList } from "./virtual-list.js";

/** Of one request: with what came before. */
const REQUEST_LAST = 5000;

interface LiveViewProps {
  readonly route: LiveRoute;
  readonly services: readonly string[];
}

export function LiveView({ route, services }: LiveViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const list = useRef<VirtualList>(null);
  const feed = useRef<Feed>(null);
  const [state, setState] = useState<FeedState>();
  const [opened, setOpened] = useState<{ row: RecordRow; byKey: boolean }>();
  const [sticks, setSticks] = useState(true);
  const [unseen, setUnseen] = useState(0);
  const [rows, setRows] = useState(0);
  const range = useRef<Range | undefined>(undefined);
  const query = formatRoute({ ...route, range: undefined });

  useEffect(() => {
    const created = new VirtualList(scroller.current!, {
      open: (row, byKey) => row.kind === "record" && setOpened({ row, byKey }),
      active: (row) =>
        setOpened((before) => (before && row.kind === "record" ? { row, byKey: false } : before)),
      sticks: (now) => {
        setSticks(now);
        if (now) setUnseen(0);
      },
    });
    list.current = created;
    return () => created.destroy();
  }, []);

  // A range is only another look at the rows that are here; what is asked of the shipper stays the same.
  useEffect(() => {
    let length = 0;
    const created: Feed = new Feed(
      route,
      { last: route.last, sinceMs: route.range?.fromMs },
      {
        rows: (all, removed) => {
          const added = all.length - length + removed;
          length = all.length;
          setRows(length);
          if (range.current === undefined) list.current!.update(all, removed);
          else list.current!.update(within(all, range.current), 0);
          if (!list.current!.sticks) setUnseen((before) => before + added);
        },
        state: setState,
      },
    );
    feed.current = created;
    list.current!.replace([]);
    setUnseen(0);
    setRows(0);
    return () => created.close();
  }, [query]);

  useEffect(() => list.current!.mark(route.grep), [route.grep]);

  const { fromMs, toMs } = route.range ?? {};
  useEffect(() => {
    if (range.current === undefined && fromMs === undefined) return;
    range.current = fromMs === undefined ? undefined : { fromMs, toMs: toMs! };
    list.current!.replace(within(feed.current!.rows, range.current));
  }, [fromMs, toMs]);

  const paused = state?.paused ?? false;
  const move = (by: number): void => {
    scroller.current?.focus();
    list.current?.move(by);
  };
  const close = (): void => {
    setOpened(undefined);
    scroller.current?.focus();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (event.key === "Escape" && target.matches("input")) target.blur();
      else if (event.key === "Escape" && opened !== undefined) close();
      else if (event.key === "Escape" && route.range !== undefined) go({ ...route, range: undefined });
      else if (target.matches("input, select, textarea")) return;
      else if (event.key === "/") searchField.current?.focus();
      else if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "G") list.current?.toEnd();
      else if (event.key === " " && !target.matches("button, a, summary")) feed.current?.togglePause();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  const shown = useMemo(
    () => (route.range && feed.current ? within(feed.current.rows, route.range).length : rows),
    [route.range, rows],
  );
  const { connection } = state ?? {};
  return (
    <main class={opened ? "live with-detail" : "live"} id="main">
      <h1 class="hidden">Live records</h1>
      <Filters
        route={route}
        services={services}
        refused={connection?.is === "refused" ? connection.error : undefined}
        searchField={searchField}
        onChange={go}
      />
      <Histogram
        levels={feed.current?.levels}
        range={route.range}
        onRange={(next) => go({ ...route, range: next })}
      />
      {route.range !== undefined && (
        <p class="range" role="status">
          Only {clock(route.range.fromMs)} to {clock(route.range.toMs)}: {counted(shown, "record")} of those
          on this page.{" "}
          <button type="button" onClick={() => go({ ...route, range: undefined })}>
            Show all times
          </button>
        </p>
      )}
      <div class="panes">
        <div class="list-pane">
          {/* biome-ignore lint/a11y/useSemanticElements: no table, as only the rows that are seen are in the document */}
          <div
            class="list"
            ref={scroller}
            role="grid"
            tabIndex={0}
            aria-label="Records"
            aria-readonly="true"
            aria-rowcount={1}
          />
          {rows === 0 && <Nothing route={route} state={state} />}
          {!sticks && !paused && (unseen > 0 || list.current?.isScrolledUp) && (
            <button type="button" class="to-end" onClick={() => list.current?.toEnd()}>
              {unseen > 0 ? `${counted(unseen, "new one")} ↓` : "To the newest ↓"}
            </button>
          )}
        </div>
        {opened && (
          <Detail
            row={opened.row}
            takesFocus={opened.byKey}
            onClose={close}
            onRequest={(requestId) => go({ ...EVERYTHING, requestId, last: REQUEST_LAST })}
            onWhere={(path, value) => go({ ...route, where: [...(route.where ?? []), `${path}=${value}`] })}
          />
        )}
      </div>
      <StatusBar
        state={state}
        rows={rows}
        onPause={() => feed.current?.togglePause()}
        onClear={() => feed.current?.clear()}
      />
    </main>
  );
}

function within(rows: readonly Row[], range: Range | undefined): readonly Row[] {
  if (range === undefined) return rows;
  return rows.filter(
    ({ kind, timeMs }) => kind === "record" && timeMs >= range.fromMs && timeMs < range.toMs,
  );
}

/** Why the list is empty, and what to do next. */
function Nothing({ route, state }: { route: LiveRoute; state: FeedState | undefined }) {
  if (state?.connection.is === "refused") {
    return (
      <div class="nothing">
        <h2>These filters are not understood</h2>
        <p>What is wrong with them stands beside the fields above.</p>
        <button type="button" onClick={() => go(EVERYTHING)}>
          Clear filters
        </button>
      </div>
    );
  }
  if (state === undefined || state.connection.is !== "live" || !state.caughtUp) return null;
  const filtered = formatRoute(route) !== formatRoute({ ...EVERYTHING, last: route.last });
  return (
    <div class="nothing">
      {filtered ? (
        <>
          <h2>Nothing matches yet</h2>
          <p>
            Records that match these filters show up here as they are logged. What has been delivered is not
            searched.
          </p>
          <button type="button" onClick={() => go(EVERYTHING)}>
            Clear filters
          </button>
        </>
      ) : (
        <>
          <h2>No record yet</h2>
          <p>Whatever is logged into this buffer shows up here at once:</p>
          <pre>
            {
              'import { DragonLogger } from "dragonlog";\n\nconst logger = new DragonLogger({ service: "api" });\nlogger.info("It works");'
            }
          </pre>
        </>
      )}
    </div>
  );
}
