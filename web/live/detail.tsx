/** One record in full, beside the list. */
import { useEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.js";
import { JsonTree } from "../parts/json-tree.js";
import { LevelBadge } from "../parts/level.js";
import { LongText } from "../parts/long-text.js";
import { ask, Refused, sentencesOf } from "../system/api.js";
import { parseExactly } from "../system/exact-json.js";
import { bytes, moment } from "../system/figures.js";
import { visibleLine, visibleText } from "../system/visible.js";
import { type RecordRow, requestIdOf, textOf } from "./row.js";

/** Longer lines are only handed on as a file. */
const LINE_BYTES_MAX = 8 << 20;

type Line = { readonly text: string } | { readonly trouble: string } | "asking";

interface DetailProps {
  readonly row: RecordRow;
  /** Moves the focus here, for who came by keyboard. */
  readonly takesFocus: boolean;
  readonly onClose: () => void;
  readonly onRequest: (requestId: string) => void;
  readonly onWhere: (path: string, value: string) => void;
}

export function Detail({ row, takesFocus, onClose, onRequest, onWhere }: DetailProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const line = useLine(row);
  const [lineOpen, setLineOpen] = useState(false);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [row, takesFocus]);

  const text = typeof line === "object" && "text" in line ? line.text : undefined;
  const parsed = text === undefined ? undefined : parseExactly(text);
  const record = (typeof parsed === "object" && parsed !== null ? parsed : row.record) as Record<
    string,
    unknown
  >;
  const requestId = requestIdOf(row.record);
  const others = Object.entries(record).filter(([name]) => !SHOWN_APART.has(name));
  const path = row.id === undefined ? undefined : `/api/records/${encodeURIComponent(row.id)}`;
  return (
    <aside class="detail" aria-label="Record">
      <header>
        <LevelBadge type={textOf(row.record.type)} />
        <h2 ref={heading} tabIndex={-1}>
          {visibleLine(textOf(row.record.service)) || "Record"}
        </h2>
        <button type="button" class="close" aria-label="Close the record" onClick={onClose}>
          ✕
        </button>
      </header>
      <div class="actions">
        <CopyButton label="Copy as JSON" text={() => text ?? JSON.stringify(row.record)} />
        {requestId !== undefined && (
          <button type="button" onClick={() => onRequest(requestId)}>
            All of this request
          </button>
        )}
        {path !== undefined && text !== undefined && (
          <a class="button" href={path} download={`${row.id}.json`}>
            Download
          </a>
        )}
      </div>
      <div class="fields">
        {typeof line === "object" && "trouble" in line && (
          <p class="hint" role="status">
            {line.trouble} {row.isPreview ? "Only its beginning is known here." : "This is how it came."}
          </p>
        )}
        <dl>
          <dt>Time</dt>
          <dd>
            {Number.isNaN(row.timeMs) ? "–" : moment(row.timeMs)}
            <span class="dim"> {visibleLine(textOf(row.record.timestamp))}</span>
          </dd>
          {requestId !== undefined && (
            <>
              <dt>Request</dt>
              <dd>{visibleLine(requestId)}</dd>
            </>
          )}
          <dt>Id</dt>
          <dd>{visibleLine(row.id ?? "–")}</dd>
          {text !== undefined && (
            <>
              <dt>Size</dt>
              <dd>{bytes(new Blob([text]).size)}</dd>
            </>
          )}
        </dl>
        <h3>Data</h3>
        {line === "asking" && row.isPreview ? (
          <p class="dim">Reads the whole record…</p>
        ) : typeof record.data === "object" && record.data !== null ? (
          <JsonTree value={record.data} path="data" />
        ) : (
          <LongText key={row.id} text={dataText(record.data)} label="Data" />
        )}
        {others.length > 0 && (
          <>
            <h3>Metadata</h3>
            {others.map(([name, value]) =>
              name === "metadata" && typeof value === "object" && value !== null ? (
                <JsonTree key={`${row.id} ${name}`} value={value} path={name} onWhere={onWhere} />
              ) : (
                <JsonTree key={`${row.id} ${name}`} value={{ [name]: value }} path="" />
              ),
            )}
          </>
        )}
        {text !== undefined && (
          <details key={row.id} open={lineOpen} onToggle={(event) => setLineOpen(event.currentTarget.open)}>
            <summary>The line as it stands</summary>
            {lineOpen && <LongText text={text} label="Line" />}
          </details>
        )}
      </div>
    </aside>
  );
}

const SHOWN_APART = new Set(["timestamp", "service", "type", "data", "request_id", "id", "preview", "bytes"]);

function dataText(data: unknown): string {
  const text = textOf(data);
  return text === "" ? "(empty)" : visibleText(text);
}

/** The line as it is kept. A stream shows long ones shortened, and numbers as JavaScript reads them. */
function useLine({ id }: RecordRow): Line {
  const [line, setLine] = useState<{ id: string | undefined; line: Line }>({ id, line: "asking" });
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<Line> => {
      if (id === undefined) return { trouble: "It has no id by which its line could be read." };
      try {
        const response = await ask(`/api/records/${encodeURIComponent(id)}`, { signal: stop.signal });
        const size = Number(response.headers.get("content-length") ?? 0);
        if (size > LINE_BYTES_MAX) {
          void response.body?.cancel();
          return { trouble: `The line has ${bytes(size)}, too much to show.` };
        }
        return { text: await response.text() };
      } catch (error) {
        const gone = error instanceof Refused && error.status === 404;
        return {
          trouble: gone ? "The line has been delivered and is not here any more." : sentencesOf(error),
        };
      }
    };
    setLine({ id, line: "asking" });
    read().then((found) => {
      if (!stop.signal.aborted) setLine({ id, line: found });
    });
    return () => stop.abort();
  }, [id]);
  return line.id === id ? line.line : "asking";
}
