/** What a destination refused for good: by kind, one by one, and what can be done about it. */
import { useEffect, useState } from "preact/hooks";
import type { DeadLetterKind, DeadLetterList } from "../../src/serve/api.js";
import { sentencesOf } from "../system/api.js";
import { bytes, count, counted, moment } from "../system/figures.js";
import { type Polled, usePolled } from "../system/polled.js";
import { type DeadRoute, go } from "../system/route.js";
import { visibleLine } from "../system/visible.js";
import { Letter } from "./letter.js";
import { type Order, OrderDialog } from "./order-dialog.js";

interface DeadViewProps {
  readonly route: DeadRoute;
  /** All of them. */
  readonly dead: Polled<DeadLetterList>;
  /** What they take on the disk; other bytes, other letters. */
  readonly deadBytes: number | undefined;
  readonly readOnly: boolean;
}

export function DeadView({ route, dead, deadBytes, readOnly }: DeadViewProps) {
  const [openKey, setOpenKey] = useState<string>();
  const [asked, setAsked] = useState<Order>();
  const [outcome, setOutcome] = useState<string>();
  const { reason, service } = route;
  const isNarrowed = reason !== undefined || service !== undefined;
  const narrowed = usePolled<DeadLetterList>(
    isNarrowed ? `/api/dead-letters?${searchOf(route)}` : undefined,
    Number.POSITIVE_INFINITY,
    deadBytes,
  );
  const list = isNarrowed ? narrowed : dead;

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && document.querySelector("dialog[open]") === null) setOpenKey(undefined);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const finish = (said: string | undefined): void => {
    setAsked(undefined);
    if (said === undefined) return;
    setOutcome(said);
    setOpenKey(undefined);
    dead.refresh();
    narrowed.refresh();
  };
  const { value, error } = dead;
  return (
    <main class={openKey ? "page dead with-detail" : "page dead"} id="main">
      <h1 class="hidden">Dead letters</h1>
      <div class="dead-pane">
        <div aria-live="polite">
          {outcome !== undefined && (
            <p class="banner good">
              {outcome}
              <button type="button" class="quiet" aria-label="Dismiss" onClick={() => setOutcome(undefined)}>
                ✕
              </button>
            </p>
          )}
        </div>
        {error !== undefined && (
          <p class="banner bad" role="status">
            {visibleLine(sentencesOf(error))}
          </p>
        )}
        {value?.letters === 0 && <NoLetters dir={value.dir} />}
        {value !== undefined && value.letters > 0 && (
          <>
            <div class="dead-head">
              <p>
                <strong>{counted(value.letters, "dead letter")}</strong>, {bytes(value.bytes)}
                {value.bytesMax ? ` of ${bytes(value.bytesMax)}` : ""}. Refused by their destination for good,
                and kept here with the reason.
                {readOnly && " This page is read-only: dragonlog dead replay and dead drop change them."}
              </p>
              {!readOnly && (
                <div class="buttons">
                  <button
                    type="button"
                    onClick={() =>
                      setAsked({ what: "replay", order: { all: true }, which: "all dead letters" })
                    }
                  >
                    Replay all
                  </button>
                  <button
                    type="button"
                    class="danger"
                    onClick={() =>
                      setAsked({ what: "drop", order: { all: true }, which: "all dead letters" })
                    }
                  >
                    Drop all
                  </button>
                </div>
              )}
            </div>
            <Kinds kinds={value.kinds} route={route} readOnly={readOnly} onOrder={setAsked} />
            <Newest list={list.value} isNarrowed={isNarrowed} openKey={openKey} onOpen={setOpenKey} />
          </>
        )}
      </div>
      {openKey !== undefined && (
        <Letter
          letterKey={openKey}
          readOnly={readOnly}
          onClose={() => setOpenKey(undefined)}
          onOrder={setAsked}
        />
      )}
      {asked !== undefined && <OrderDialog asked={asked} onClose={finish} />}
    </main>
  );
}

interface KindsProps {
  readonly kinds: readonly DeadLetterKind[];
  readonly route: DeadRoute;
  readonly readOnly: boolean;
  readonly onOrder: (order: Order) => void;
}

function Kinds({ kinds, route, readOnly, onOrder }: KindsProps) {
  return (
    <section class="table-section">
      <h2>Kinds</h2>
      <ul class="kinds">
        {kinds.map((kind) => {
          const { reason, service, destination, letters, first, last } = kind;
          const isShown = route.reason === reason && route.service === service;
          const which = `all of “${visibleLine(reason)}” from ${visibleLine(service)}`;
          return (
            <li key={`${reason} ${service} ${destination}`} class={isShown ? "shown" : ""}>
              <button
                type="button"
                class="kind"
                aria-pressed={isShown}
                onClick={() =>
                  go(
                    isShown
                      ? { view: "dead", reason: undefined, service: undefined }
                      : { view: "dead", reason, service },
                  )
                }
              >
                <strong class="number">{count(letters)}</strong>
                <span class="what">
                  <span class="reason">{visibleLine(reason)}</span>
                  <span class="dim">
                    {visibleLine(service)} → {visibleLine(destination)}
                  </span>
                </span>
                <span class="when dim">
                  {moment(first)}
                  {first !== last && ` – ${moment(last)}`}
                </span>
              </button>
              {!readOnly && (
                <span class="buttons">
                  <button
                    type="button"
                    aria-label={`Replay ${which}`}
                    onClick={() => onOrder({ what: "replay", order: { reason, service }, which })}
                  >
                    Replay
                  </button>
                  <button
                    type="button"
                    class="danger"
                    aria-label={`Drop ${which}`}
                    onClick={() => onOrder({ what: "drop", order: { reason, service }, which })}
                  >
                    Drop
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface NewestProps {
  readonly list: DeadLetterList | undefined;
  readonly isNarrowed: boolean;
  readonly openKey: string | undefined;
  readonly onOpen: (key: string) => void;
}

function Newest({ list, isNarrowed, openKey, onOpen }: NewestProps) {
  if (list === undefined) return <p class="dim">Reads them…</p>;
  return (
    <section class="table-section">
      <h2>
        {isNarrowed ? "Of this kind" : "Newest"}{" "}
        <span class="dim">
          {list.newest.length < list.letters
            ? `the newest ${count(list.newest.length)} of ${count(list.letters)}`
            : count(list.newest.length)}
        </span>
      </h2>
      <ul class="letters">
        {list.newest.map(({ key, at, reason, service, data }) => (
          <li key={key}>
            <button type="button" aria-pressed={key === openKey} onClick={() => onOpen(key)}>
              <span class="at">{moment(at)}</span>
              <span class="service">{visibleLine(service)}</span>
              <span class="data">{visibleLine(data)}</span>
              <span class="dim">{visibleLine(reason)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NoLetters({ dir }: { dir: string }) {
  return (
    <section class="nothing">
      <h2>No dead letters</h2>
      <p>
        No destination has refused a record for good. If one ever does, the record is kept in{" "}
        <code>{visibleLine(dir)}</code> with the reason, people are told, and it can be sent again from here.
      </p>
    </section>
  );
}

function searchOf({ reason, service }: DeadRoute): URLSearchParams {
  const parameters = new URLSearchParams();
  if (reason !== undefined) parameters.set("reason", reason);
  if (service !== undefined) parameters.set("service", service);
  return parameters;
}
