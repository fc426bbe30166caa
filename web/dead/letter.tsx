/** One dead letter: the record, and why it was refused. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { DeadLetterDetail } from "../../src/serve/api.js";
import { CopyButton } from "../parts/copy-button.js";
import { JsonTree } from "../parts/json-tree.js";
import { LongText } from "../parts/long-text.js";
import { getJson, sentencesOf } from "../system/api.js";
import { parseExactly } from "../system/exact-json.js";
import { bytes, moment } from "../system/figures.js";
import { visibleLine } from "../system/visible.js";
import type { Order } from "./order-dialog.js";

interface LetterProps {
  readonly letterKey: string;
  readonly readOnly: boolean;
  readonly onClose: () => void;
  readonly onOrder: (order: Order) => void;
}

export function Letter({ letterKey, readOnly, onClose, onOrder }: LetterProps) {
  const [letter, setLetter] = useState<DeadLetterDetail>();
  const [trouble, setTrouble] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    setLetter(undefined);
    setTrouble(undefined);
    getJson<DeadLetterDetail>(`/api/dead-letters/${encodeURIComponent(letterKey)}`, stop.signal).then(
      setLetter,
      (error) => stop.signal.aborted || setTrouble(sentencesOf(error)),
    );
    heading.current?.focus();
    return () => stop.abort();
  }, [letterKey]);
  const order = (what: Order["what"]): void =>
    onOrder({ what, order: { keys: [letterKey] }, which: "this dead letter" });
  const parsed = letter && parseExactly(letter.line);
  return (
    <aside class="detail" aria-label="Dead letter">
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {letter ? visibleLine(letter.reason) : "Dead letter"}
        </h2>
        <button type="button" class="close" aria-label="Close the dead letter" onClick={onClose}>
          ✕
        </button>
      </header>
      {letter && (
        <div class="actions">
          {!readOnly && (
            <>
              <button type="button" class="primary" onClick={() => order("replay")}>
                Replay
              </button>
              <button type="button" class="danger" onClick={() => order("drop")}>
                Drop
              </button>
            </>
          )}
          <CopyButton label="Copy the line" text={() => letter.line} />
        </div>
      )}
      <div class="fields">
        {trouble !== undefined && (
          <p class="error" role="status">
            {visibleLine(trouble)}
          </p>
        )}
        {letter && (
          <>
            <p class="reason">{visibleLine(letter.detail)}</p>
            <dl>
              <Field name="Refused" value={moment(letter.at)} />
              <Field name="Service" value={letter.service} />
              <Field name="Destination" value={letter.destination} />
              <Field name="Tries" value={String(letter.attempts)} />
              <Field name="First try" value={letter.firstTriedAt && moment(letter.firstTriedAt)} />
              <Field name="Last try" value={letter.lastTriedAt && moment(letter.lastTriedAt)} />
              <Field name="Cloud request" value={letter.requestId} />
              <Field name="Size" value={bytes(new Blob([letter.line]).size)} />
              <Field name="Key" value={letter.key} />
            </dl>
            {typeof parsed === "object" && parsed !== null && (
              <>
                <h3>Record</h3>
                <JsonTree key={letterKey} value={parsed} path="" />
              </>
            )}
            <h3>The line as it stands</h3>
            <LongText key={letterKey} text={letter.line} label="Line" />
          </>
        )}
      </div>
    </aside>
  );
}

function Field({ name, value }: { name: string; value: string | undefined }) {
  return value === undefined || value === "" ? null : (
    <>
      <dt>{name}</dt>
      <dd>{visibleLine(value)}</dd>
    </>
  );
}
