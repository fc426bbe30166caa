/** The pipeline as a picture: stages in boxes, and what passes between them. */
import { Fragment } from "preact";
import type { Overview } from "../../src/watch/overview.js";
import { bytes, rate } from "../system/figures.js";
import { visibleLine } from "../system/visible.js";
import { deadStage, type Passage, passageAfter, type Stage, stagesOf } from "./stages.js";

export function Picture({ overview, letters }: { overview: Overview; letters: number | undefined }) {
  const stages = stagesOf(overview);
  return (
    <div class="picture" style={{ "--stages": stages.length }}>
      <ol class="stages">
        {stages.map((stage, index) => (
          <Fragment key={stage.name}>
            <li>
              <StageBox stage={stage} />
            </li>
            {index < stages.length - 1 && (
              <li class="passage-item">
                <PassageLine passage={passageAfter(stage, overview)} />
              </li>
            )}
          </Fragment>
        ))}
      </ol>
      <div class="branch">
        <span class="branch-line" aria-hidden="true" />
        <StageBox stage={deadStage(overview, letters)} />
      </div>
    </div>
  );
}

function StageBox({ stage }: { stage: Stage }) {
  const { name, title, state, main, facts, room, text, errors } = stage;
  return (
    <section class={`stage ${state}`} aria-labelledby={`stage-${name}`}>
      <h2>
        <span class="dot" aria-hidden="true" />
        <span id={`stage-${name}`}>{name === "dead" ? <a href="#/dead">{title}</a> : title}</span>
        {WORDS[state] && <span class="state">{WORDS[state]}</span>}
      </h2>
      <p class="main">
        <strong>{main.figure}</strong> {main.unit}
      </p>
      {facts.length > 0 && (
        <dl>
          {facts.map(([fact, value]) => (
            <div key={fact}>
              <dt>{fact}</dt>
              <dd title={visibleLine(value)}>{visibleLine(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {room && <Room used={room.used} max={room.max} />}
      {errors.map((error) => (
        <p class="error" key={error}>
          {visibleLine(error)}
        </p>
      ))}
      <p class="text">{text}</p>
    </section>
  );
}

const WORDS: Readonly<Record<Stage["state"], string | undefined>> = {
  good: undefined,
  idle: "idle",
  warn: "attention",
  bad: "trouble",
};

function Room({ used, max }: { used: number; max: number }) {
  const part = Math.min(1, used / max);
  return (
    <div class="room">
      <meter value={part} min={0} max={1} high={0.8} optimum={0} aria-label="Room that is taken" />
      <span>
        {bytes(used)} of {bytes(max)}
      </span>
    </div>
  );
}

function PassageLine({ passage: { perSecond, stopped } }: { passage: Passage }) {
  const flows = !stopped && (perSecond ?? 0) > 0;
  return (
    <div class={`passage ${stopped ? "stopped" : flows ? "flows" : ""}`}>
      <span class="per-second">
        {stopped ? "stopped" : perSecond === undefined ? "" : `${rate(perSecond)}/s`}
      </span>
      <svg viewBox="0 0 48 12" width="48" height="12" aria-hidden="true">
        <path class="line" d="M0 6h40" />
        <path class="tip" d="M38 1l8 5-8 5z" />
      </svg>
    </div>
  );
}
