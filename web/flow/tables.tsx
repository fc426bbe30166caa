/** Who logs, and where it goes: the first of each. */
import type { DestinationVitals } from "../../src/ship/vitals.js";
import type { Overview, WriterView } from "../../src/watch/overview.js";
import { bytes, count, counted, duration } from "../system/figures.js";
import { visibleLine } from "../system/visible.js";

const ROWS_MAX = 20;

export function WritersTable({ overview }: { overview: Overview }) {
  const { writers, writersMore, atMs } = overview;
  const shown = writers.slice(0, ROWS_MAX);
  const more = writers.length - shown.length + writersMore;
  return (
    <section class="table-section">
      <h2>Writers</h2>
      <Scrolled label="Writers">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Process</th>
              <th scope="col" class="number">
                Waiting
              </th>
              <th scope="col" class="number">
                Oldest
              </th>
              <th scope="col" class="number">
                Journal
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((writer) => (
              <WriterRow key={writer.writer} writer={writer} atMs={atMs} />
            ))}
          </tbody>
        </table>
      </Scrolled>
      {more > 0 && <p class="dim">And {counted(more, "more")}.</p>}
    </section>
  );
}

function WriterRow({ writer, atMs }: { writer: WriterView; atMs: number }) {
  const { service, host, pid, alive, waiting, fileBytes, bytesMax, error, dropped, boundFor } = writer;
  const lost = Object.values(dropped).reduce((all, each) => all + each, 0);
  const state = error ?? (lost > 0 ? `${counted(lost, "record")} dropped` : alive ? "alive" : "gone");
  return (
    <tr class={error !== undefined || lost > 0 ? "bad" : ""}>
      <th scope="row">{visibleLine(service)}</th>
      <td>
        {pid ?? "–"} <span class="dim">{visibleLine(host)}</span>
      </td>
      <td class="number">{count(waiting.records)}</td>
      <td class="number">{waiting.oldestMs === undefined ? "–" : duration(atMs - waiting.oldestMs)}</td>
      <td class="number">
        {bytes(fileBytes)}
        {bytesMax !== undefined && <span class="dim"> of {bytes(bytesMax)}</span>}
      </td>
      <td>
        <span class={error !== undefined || lost > 0 ? "state bad" : alive ? "state good" : "state idle"}>
          {visibleLine(state)}
        </span>
        {boundFor !== "any shipper" && <span class="dim"> for {boundFor}</span>}
      </td>
    </tr>
  );
}

export function DestinationsTable({ overview }: { overview: Overview }) {
  const destinations = overview.shippers
    .flatMap((shipper) => shipper.destinations)
    .sort((one, other) => other.records - one.records);
  const more = destinations.length - ROWS_MAX;
  return (
    <section class="table-section">
      <h2>Destination streams</h2>
      {destinations.length === 0 ? (
        <p class="dim">Nothing has been delivered since the shipper started.</p>
      ) : (
        <Scrolled label="Destination streams">
          <table>
            <thead>
              <tr>
                <th scope="col">Stream</th>
                <th scope="col" class="number">
                  Records
                </th>
                <th scope="col" class="number">
                  Bytes
                </th>
                <th scope="col" class="number">
                  Batches
                </th>
                <th scope="col">Last delivery</th>
              </tr>
            </thead>
            <tbody>
              {destinations.slice(0, ROWS_MAX).map((each) => (
                <DestinationRow
                  key={`${each.group} ${each.stream}`}
                  destination={each}
                  atMs={overview.atMs}
                />
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      {more > 0 && <p class="dim">And {counted(more, "more")}.</p>}
    </section>
  );
}

function DestinationRow({ destination, atMs }: { destination: DestinationVitals; atMs: number }) {
  const { group, stream, records, bytes: size, batches, failures, deliveredAtMs, lastError } = destination;
  return (
    <tr class={lastError === undefined ? "" : "bad"}>
      <th scope="row">
        {visibleLine(stream)} {group !== "" && <span class="dim">{visibleLine(group)}</span>}
      </th>
      <td class="number">{count(records)}</td>
      <td class="number">{bytes(size)}</td>
      <td class="number">{count(batches)}</td>
      <td>
        {deliveredAtMs === undefined ? "not yet" : `${duration(Math.max(0, atMs - deliveredAtMs))} ago`}
        {failures > 0 && <span class="dim">, {counted(failures, "failed try", "failed tries")}</span>}
        {lastError !== undefined && <span class="error"> {visibleLine(lastError)}</span>}
      </td>
    </tr>
  );
}

function Scrolled({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolled" tabIndex={0} aria-label={`Table: ${label}`}>
      {children}
    </section>
  );
}
