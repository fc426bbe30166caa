/** Is it well? A dot and words; what is wrong behind it. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Overview } from "../../src/watch/overview.js";
import { sentencesOf, Unreachable } from "../system/api.js";
import { counted, sentence } from "../system/figures.js";
import type { Polled } from "../system/polled.js";
import { visibleLine } from "../system/visible.js";

export function HealthButton({ overview }: { overview: Polled<Overview> }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const leave = (event: Event): void => {
      if (
        event instanceof KeyboardEvent
          ? event.key === "Escape"
          : !root.current!.contains(event.target as Node)
      ) {
        setOpen(false);
      }
    };
    addEventListener("pointerdown", leave);
    addEventListener("keydown", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("keydown", leave);
    };
  }, [open]);
  const { kind, text, sentences } = stateOf(overview);
  return (
    <div class="health" ref={root}>
      <button
        type="button"
        class={`health-button ${kind}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span class="dot" aria-hidden="true" />
        {text}
      </button>
      <span class="hidden" role="status">
        {text}
      </span>
      {open && (
        <ul class="popover">
          {sentences.map((said) => (
            <li key={said}>{visibleLine(sentence(said))}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function stateOf({ value, error }: Polled<Overview>): {
  readonly kind: string;
  readonly text: string;
  readonly sentences: readonly string[];
} {
  if (error !== undefined) {
    const away = error instanceof Unreachable;
    return {
      kind: "gone",
      text: away ? "Shipper away" : "Unknown",
      sentences: [sentencesOf(error), "The page goes on by itself when it answers again."],
    };
  }
  if (value === undefined)
    return { kind: "waiting", text: "Looking", sentences: ["The shipper has not answered yet."] };
  const { healthy, problems, warnings } = value.health;
  if (!healthy) {
    return { kind: "bad", text: counted(problems.length, "problem"), sentences: [...problems, ...warnings] };
  }
  return warnings.length > 0
    ? { kind: "warn", text: counted(warnings.length, "warning"), sentences: warnings }
    : { kind: "good", text: "Healthy", sentences: ["Everything that is logged is being delivered."] };
}
