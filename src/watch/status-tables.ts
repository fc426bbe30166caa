/** The tables of `dragonlog status`. */
import type { DestinationVitals } from "../ship/vitals.js";
import { formatBytes, formatSpan } from "../system/figures.js";
import type { ForwarderView, Overview, ShipperView, StoreOverview, WriterView } from "./overview.js";
import { type Column, type StatusLine, tableLines } from "./status-line.js";

/** How many characters a bar of a journal's room has. */
const BAR = 8;
/** A message of others may be long, and what follows it must be seen. */
const MESSAGE_CHARACTERS_MAX = 120;

export function writerTable({ writers, writersMore, atMs, store }: Overview): StatusLine[] {
  const isBound = writers.some(
    ({ boundFor }) => boundFor !== (store === undefined ? "any shipper" : "the store"),
  );
  const columns: Column<WriterView>[] = [
    { heading: "service", cell: ({ service }) => service },
    { heading: "writer", cell: ({ writer }) => writer },
    { heading: "pid", cell: ({ pid }) => `${pid ?? "?"}`, right: true },
    { heading: "state", cell: stateText },
    {
      heading: "waiting",
      cell: ({ waiting, error }) => (error ? "?" : figure(waiting.records)),
      right: true,
    },
    { heading: "oldest", cell: ({ waiting: { oldestMs } }) => ageText(oldestMs, atMs), right: true },
    {
      heading: "lag",
      cell: ({ lagRecords, waiting }) => (lagRecords === waiting.records ? "" : figure(lagRecords)),
      right: true,
    },
    { heading: "room used", cell: roomText },
    { heading: "dropped", cell: ({ dropped }) => countsText(dropped) },
    ...(isBound ? [{ heading: "bound for", cell: ({ boundFor }: WriterView) => boundFor }] : []),
    { heading: "taken by", cell: ({ takenBy }) => (takenBy === undefined ? "nobody" : `${takenBy}`) },
  ];
  return tableLines(columns, writers, { more: writersMore, what: "journals" });
}

export function destinationTable({ shippers, atMs }: Overview): StatusLine[] {
  const rows = shippers
    .flatMap(({ pid, destinations }) => destinations.map((each) => ({ ...each, pid })))
    .sort((a, b) => b.records - a.records);
  const columns: Column<DestinationVitals & { readonly pid: number }>[] = [
    {
      heading: "destination stream",
      cell: ({ group, stream }) => (group === "" ? stream : `${group}/${stream}`),
    },
    {
      heading: "records/s",
      cell: ({ recordsPerSecond }) => (recordsPerSecond === undefined ? "" : rateText(recordsPerSecond)),
      right: true,
    },
    { heading: "delivered", cell: ({ records }) => figure(records), right: true },
    { heading: "bytes", cell: ({ bytes }) => formatBytes(Math.round(bytes)), right: true },
    {
      heading: "last",
      cell: ({ deliveredAtMs }) =>
        deliveredAtMs === undefined ? "never" : `${ageText(deliveredAtMs, atMs)} ago`,
      right: true,
    },
    { heading: "failures", cell: ({ failures }) => (failures === 0 ? "" : figure(failures)), right: true },
    { heading: "by", cell: ({ pid }) => (shippers.length > 1 ? `${pid}` : "") },
    { heading: "error", cell: ({ lastError = "" }) => shortened(lastError) },
  ];
  return tableLines(columns, rows, { what: "destinations" });
}

export function shipperTable({ shippers, atMs }: Overview): StatusLine[] {
  const columns: Column<ShipperView>[] = [
    { heading: "shipper", cell: ({ pid }) => `${pid}` },
    { heading: "to", cell: ({ sink }) => sink },
    { heading: "up", cell: ({ startedAtMs }) => ageText(startedAtMs, atMs), right: true },
    { heading: "circuit", cell: ({ circuit }) => circuit },
    { heading: "delivered", cell: ({ counts }) => figure(counts.deliveredRecords), right: true },
    { heading: "in flight", cell: ({ batchesInFlight }) => figure(batchesInFlight), right: true },
    { heading: "failures", cell: ({ counts }) => countsText(counts.failures) },
    { heading: "dead letters", cell: ({ counts }) => countsText(counts.deadLetters) },
    { heading: "damage", cell: ({ counts }) => countsText(counts.damage) },
    { heading: "page", cell: ({ page = "" }) => page },
    { heading: "last error", cell: ({ counts: { lastError = "" } }) => shortened(lastError) },
  ];
  return tableLines(columns, shippers, { what: "shippers" });
}

export function forwarderTable({ forwarders }: Overview): StatusLine[] {
  const columns: Column<ForwarderView>[] = [
    { heading: "forwarder", cell: ({ pid }) => `${pid}` },
    { heading: "to", cell: ({ store }) => store },
    {
      heading: "journals",
      cell: ({ fromRam, journals }) => (fromRam ? `none, ${journals} in RAM` : `${journals}`),
      right: true,
    },
    { heading: "put", cell: ({ records }) => figure(records), right: true },
    { heading: "in store", cell: ({ inStore }) => figure(inStore), right: true },
    { heading: "lost there", cell: ({ lost }) => (lost === 0 ? "" : figure(lost)), right: true },
    { heading: "failures", cell: ({ failures }) => countsText(failures) },
  ];
  return tableLines(columns, forwarders, { what: "forwarders" });
}

export function partitionTable({ fullest }: StoreOverview, atMs: number): StatusLine[] {
  const columns: Column<StoreOverview["fullest"][number]>[] = [
    { heading: "partition", cell: ({ partition }) => `${partition}`, right: true },
    { heading: "blocks", cell: ({ blocks }) => figure(blocks), right: true },
    { heading: "records", cell: ({ waiting }) => figure(waiting.records), right: true },
    { heading: "bytes", cell: ({ waiting }) => formatBytes(waiting.bytes), right: true },
    { heading: "oldest", cell: ({ waiting: { oldestMs } }) => ageText(oldestMs, atMs) || "?", right: true },
    {
      heading: "shipper",
      cell: ({ shipper }) => (shipper === undefined ? "nobody" : `${shipper.pid} on ${shipper.host}`),
    },
  ];
  return tableLines(columns, fullest, { what: "partitions" });
}

export function storeShipperTable({ shippers }: StoreOverview): StatusLine[] {
  const columns: Column<StoreOverview["shippers"][number]>[] = [
    { heading: "empties it", cell: ({ pid }) => `${pid ?? "?"}` },
    { heading: "host", cell: ({ host = "?" }) => host },
    { heading: "partitions", cell: ({ held }) => held || "none" },
  ];
  return tableLines(columns, shippers, { what: "shippers of the store" });
}

/** Such as `12,345`. */
export function figure(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** Small ones with a digit after the point: a record in ten seconds is not nothing. */
export function rateText(perSecond: number): string {
  return perSecond === 0 || perSecond >= 10 ? figure(perSecond) : perSecond.toFixed(1);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([cause, count]) => `${cause} ${figure(count)}`)
    .join(", ");
}

function ageText(sinceMs: number | undefined, nowMs: number): string {
  return sinceMs === undefined ? "" : formatSpan(nowMs - sinceMs);
}

function stateText({ alive, error }: WriterView): string {
  return error === undefined ? (alive ? "alive" : "ended") : `unreadable: ${shortened(error)}`;
}

/** Such as `[##      ] 256.0 MiB of 1.0 GiB`; of a writer that is gone what is left on the disk. */
function roomText({ fileBytes, bytesMax, error }: WriterView): string {
  if (error !== undefined) {
    return "";
  }
  if (bytesMax === undefined) {
    return formatBytes(fileBytes);
  }
  const filled = Math.min(BAR, Math.round((BAR * fileBytes) / Math.max(1, bytesMax)));
  return `[${"#".repeat(filled).padEnd(BAR)}] ${formatBytes(fileBytes)} of ${formatBytes(bytesMax)}`;
}

function shortened(message: string): string {
  return message.length > MESSAGE_CHARACTERS_MAX ? `${message.slice(0, MESSAGE_CHARACTERS_MAX)}…` : message;
}
