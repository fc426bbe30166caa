/** The records as they are logged: filters, histogram, list, and one of them in full. */
import { useEffect, useRef, useState } from "preact/hooks";
import { sentencesOf } from "../system/api.js";
import { clock, counted } from "../system/figures.js";
import { EVERYTHING, formatRoute, go, type LiveRoute } from "../system/route.js";
import { visibleLine } from "../system/visible.js";
import { Detail } from "./detail.js";
import { Feed, type FeedState } from "./feed.js";
import { Filters } from "./filters.js";
import { Histogram } from "./histogram.js";
import { RangeRows } from "./range-rows.js";
import type { RecordRow } from "./row.js";
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
  const range = useRef<RangeRows>(undefined);
  const [rangeState, setRangeState] = useState<RangeState>();
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

  useEffect(() => {
    let length = 0;
    const created: Feed = new Feed(route, route.last, {
      rows: (all, removed) => {
        const added = all.length - length + removed;
        length = all.length;
        setRows(length);
        const inRange = range.current;
        if (inRange === undefined) list.current!.update(all, removed);
        else if (inRange.add(all.slice(-added))) list.current!.update(inRange.rows, 0);
        if (!list.current!.sticks) setUnseen((before) => before + added);
      },
      state: setState,
    });
    feed.current = created;
    list.current!.replace([]);
    setUnseen(0);
    setRows(0);
    return () => created.close();
  }, [query]);

  useEffect(() => list.current!.mark(route.grep), [route.grep]);

  // Of a time, what the page holds is shown at once, and then what the shipper still has.
  const { fromMs, toMs } = route.range ?? {};
  useEffect(() => {
    const isLeft = range.current !== undefined;
    range.current = fromMs === undefined ? undefined : new RangeRows({ fromMs, toMs: toMs! });
    const held = range.current;
    if (held === undefined) {
      if (isLeft) list.current!.replace(feed.current!.rows);
      setRangeState(undefined);
      return undefined;
    }
    const stop = new AbortController();
    const show = (trouble: string | undefined, reading: boolean): void => {
      if (stop.signal.aborted) return;
      list.current!.replace(held.rows);
      setRangeState({ trouble, reading });
    };
    held.add(feed.current!.rows);
    show(undefined, true);
    held.read(route, stop.signal).then(
      () => show(undefined, false),
      (error) => show(sentencesOf(error), false),
    );
    return () => stop.abort();
  }, [query, fromMs, toMs]);

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
      {range.current !== undefined && (
        <RangeNote
          held={range.current}
          state={rangeState}
          onLeave={() => go({ ...route, range: undefined })}
        />
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

interface RangeState {
  readonly reading: boolean;
  readonly trouble: string | undefined;
}

interface RangeNoteProps {
  readonly held: RangeRows;
  readonly state: RangeState | undefined;
  readonly onLeave: () => void;
}

function RangeNote({ held: { range, rows, isCut }, state, onLeave }: RangeNoteProps) {
  return (
    <p class="range" role="status">
      Only {clock(range.fromMs)} to {clock(range.toMs)}: {isCut && "the first "}
      {counted(rows.length, "record")}
      {state?.reading ? ", reads on…" : "."} {state?.trouble && visibleLine(state.trouble)}
      <button type="button" onClick={onLeave}>
        Show all times
      </button>
    </p>
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
