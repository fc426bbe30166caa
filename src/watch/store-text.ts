/** What people are told of a store. */
import type { ServerInfo } from "../buffer/redis/store.js";
import { storeSpace } from "../buffer/redis/store-budget.js";
import type { PartitionState } from "../buffer/redis/waiting-in-store.js";
import { sizeAndAge } from "../ship/remains.js";
import { counted, countedDoing, formatBytes, formatSpan } from "../system/figures.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import type { ListState, StoreShipper, StoreState, StoreView } from "./store-state.js";

/** A screen of partitions says enough to people. */
const ROWS_MAX = 32;

export function storeText(
  { name, state }: StoreView,
  trouble: readonly string[],
  storeBytesMax: number,
  nowMs: number,
): string {
  const said = trouble.map((line) => `${printable(line)}\n`).join("");
  const body = state === undefined ? "" : stateText(name, state, storeBytesMax, nowMs);
  return `\n${body}${said === "" || body === "" ? said : `\n${said}`}`;
}

function stateText(name: string, state: StoreState, storeBytesMax: number, nowMs: number): string {
  const { waiting, partitions, servers, lists, shippers } = state;
  const blocks = partitions.reduce((sum, partition) => sum + partition.blocks, 0);
  const used = blocks === 0 ? "" : ` in ${counted(blocks, "block")}`;
  const tables = [partitionTable(partitions, nowMs), shipperTable(shippers)].filter((text) => text !== "");
  return [
    `${printable(name)}: ${countedDoing(waiting.records, "record", "wait")}${used} (${sizeAndAge(waiting, nowMs)})\n`,
    ...servers.map((server) => `${serverText(server, storeBytesMax)}\n`),
    ...lists.map((list) => `${listText(list)}\n`),
    ...(partitions.length === 0 ? ["nobody has used it yet\n"] : []),
    ...(shippers.length === 0 ? ["no shipper lives\n"] : []),
    ...tables.map((text) => `\n${text}`),
  ].join("");
}

/** Such as `redis 7.0.15: 1.2 MiB used of 64.0 MiB, and dragonlog fills it to 60.8 MiB`. */
function serverText(server: ServerInfo, storeBytesMax: number): string {
  const { kind, version, usedBytes, bytesMax } = server;
  const { budgetBytes } = storeSpace([server], storeBytesMax);
  const limit = bytesMax === 0 ? "without a limit" : `of ${formatBytes(bytesMax)}`;
  const budget = Number.isFinite(budgetBytes) ? `, and records go in up to ${formatBytes(budgetBytes)}` : "";
  return `${kind} ${printable(version)}: ${formatBytes(usedBytes)} used ${limit}${budget}`;
}

function listText({ key, entries, error }: ListState): string {
  return printable(
    error === undefined
      ? `list ${key}: ${countedDoing(entries ?? 0, "entry", "wait", "entries")}`
      : `list ${key} cannot be read: ${error}`,
  );
}

/** Those in which something lies, fullest first. */
function partitionTable(partitions: readonly PartitionState[], nowMs: number): string {
  const filled = partitions
    .filter(({ blocks }) => blocks > 0)
    .sort((a, b) => b.waiting.bytes - a.waiting.bytes);
  if (filled.length === 0) {
    return "";
  }
  const rows = table(
    ["partition", "blocks", "records", "bytes", "oldest", "shipper"],
    filled
      .slice(0, ROWS_MAX)
      .map(({ partition, blocks, waiting: { records, bytes, oldestMs }, shipper }) => [
        String(partition),
        String(blocks),
        String(records),
        formatBytes(bytes),
        oldestMs === undefined ? "?" : formatSpan(nowMs - oldestMs),
        shipper === undefined ? "nobody" : `${shipper.pid} on ${shipper.host}`,
      ]),
  );
  return filled.length > ROWS_MAX ? `${rows}and ${filled.length - ROWS_MAX} more partitions\n` : rows;
}

function shipperTable(shippers: readonly StoreShipper[]): string {
  if (shippers.length === 0) {
    return "";
  }
  return table(
    ["shipper", "host", "partitions"],
    shippers.map(({ pid, host, partitions }) => [
      String(pid ?? "?"),
      host ?? "?",
      partitions.length === 0 ? "none" : rangesText(partitions),
    ]),
  );
}

/** Such as `0-3, 7`, of rising numbers. */
function rangesText(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) {
      last[1] = number;
    } else {
      ranges.push([number, number]);
    }
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
