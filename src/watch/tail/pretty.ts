/**
 * A record on several lines, all that is in it:
 *
 *     2026-11-28 07:56:45.879 ERROR api
 *       data        payment failed
 *       request_id  r-1
 *       metadata
 *         user_id  42
 *         stack    Error: declined
 *                      at pay (shop.js:7)
 *       id          w-7
 */
import { printable } from "../../system/printable.js";
import type { Ink } from "./ink.js";
import { dayOf, inOneLine, timeOf } from "./one-line.js";
import { type Member, type SeenRecord, textOf } from "./seen-record.js";

const INDENT = 2;
const NAME_COLUMNS_MAX = 24;
/** What is nested deeper is shown as JSON. */
const DEPTH_MAX = 6;

export function prettyText(record: SeenRecord, ink: Ink): string {
  const { timestampMs, service, type, data, requestId, metadata, others, id, previewOf } = record;
  const at = Number.isNaN(timestampMs) ? "(no time)" : `${dayOf(timestampMs)} ${timeOf(timestampMs)}`;
  const head = `${ink.dim(at)} ${ink.level(type.toUpperCase(), inOneLine(type))} ${inOneLine(service)}`;
  const members: Member[] = [
    ["data", data],
    ["request_id", requestId],
    ["metadata", metadata],
    ...others,
    ["bytes", previewOf && `${previewOf}, no JSON; this is how they begin`],
    ["id", id],
  ];
  const there = members.filter(([, value]) => value !== undefined);
  return `${[head, ...membersText(there, 1, ink)].join("\n")}\n\n`;
}

function membersText(members: readonly Member[], depth: number, ink: Ink): string[] {
  const names = members.map(([name]) => inOneLine(name));
  const columns = Math.min(NAME_COLUMNS_MAX, Math.max(0, ...names.map(({ length }) => length)));
  const indent = " ".repeat(INDENT * depth);
  return members.flatMap(([, value], index) => {
    const name = names[index]!;
    const inner = depth < DEPTH_MAX ? entriesOf(value) : [];
    if (inner.length > 0) return [`${indent}${ink.dim(name)}`, ...membersText(inner, depth + 1, ink)];
    const label = `${indent}${ink.dim(name.padEnd(columns))}  `;
    const hanging = `\n${indent}${" ".repeat(Math.max(columns, name.length))}  `;
    return [`${label}${valueLines(value).join(hanging)}`.trimEnd()];
  });
}

/** The members of an object. A list is shown as JSON, unless it holds objects. */
function entriesOf(value: unknown): Member[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && !value.some((each) => typeof each === "object" && each !== null)) return [];
  return Object.entries(value);
}

/** Only the line breaks of a text reach the terminal. */
function valueLines(value: unknown): string[] {
  return textOf(value)
    .split(/\r?\n/)
    .map((line) => printable(line.replace(/\t/g, "    ")));
}
