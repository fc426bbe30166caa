/** Text of any length: its beginning, and the rest when it is asked for. */
import { useState } from "preact/hooks";
import { bytes } from "../system/figures.js";
import { cut, visibleText } from "../system/visible.js";

const CHARS_SHOWN = 65_536;
/** What a browser lays out without making people wait. */
const CHARS_MAX = 4 << 20;

export function LongText({ text, label }: { text: string; label: string }) {
  const [all, setAll] = useState(false);
  const kind = text.length > CHARS_SHOWN ? "long-text endless" : "long-text";
  const chars = all ? CHARS_MAX : CHARS_SHOWN;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class={kind} tabIndex={0} aria-label={label}>
        {visibleText(cut(text, chars))}
      </section>
      {text.length > chars && (
        <p class="more">
          This is the beginning: {bytes(chars)} of {bytes(text.length)}.{" "}
          {all ? (
            "Download the line to see the rest."
          ) : (
            <button type="button" onClick={() => setAll(true)}>
              Show all
            </button>
          )}
        </p>
      )}
    </>
  );
}
