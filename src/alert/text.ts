/**
 * A notice as a mail and as JSON: pure.
 *
 * Everything foreign in it (log lines, names, what a service answered) is hostile. Control characters are shown in place of
 * sent, so that no line and no header can be begun; markup is escaped for HTML and for Slack apart.
 */
import { printable } from "../system/printable.js";
import type { Notice } from "./notice.js";
import { type Letter, letterOf } from "./words.js";

const SUBJECT_CHARACTERS_MAX = 160;

export interface Message {
  /** One line, short, and begins with `[dragonlog]` and the machine. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The body for a webhook: `text` for Slack, the rest below one name so that no service takes it for its own. */
  readonly json: { readonly text: string; readonly dragonlog: Readonly<Record<string, unknown>> };
}

export interface Sender {
  /** The name of this machine. */
  readonly host: string;
  /** Where the journals live, for the commands in the mail; default: the default folder. */
  readonly journalDir?: string | undefined;
}

export function messageOf(notice: Notice, { host, journalDir }: Sender): Message {
  const letter = harmless(letterOf(notice, journalDir));
  const subject = subjectOf(host, letter.title);
  const text = textOf(letter);
  return {
    subject,
    text,
    html: htmlOf(subject, letter),
    json: {
      text: escapeSlack(`${subject}\n${text}`),
      dragonlog: {
        kind: notice.alert.kind,
        host,
        subject,
        times: notice.times,
        firstAt: new Date(notice.firstAtMs).toISOString(),
        lastAt: new Date(notice.lastAtMs).toISOString(),
        ...(notice.endedAtMs === undefined ? {} : { endedAt: new Date(notice.endedAtMs).toISOString() }),
        places: notice.places,
        alert: notice.alert,
      },
    },
  };
}

function subjectOf(host: string, title: string): string {
  const subject = `[dragonlog] ${oneLine(host)}: ${title}`;
  return subject.length > SUBJECT_CHARACTERS_MAX
    ? `${subject.slice(0, SUBJECT_CHARACTERS_MAX - 1).toWellFormed()}…`
    : subject;
}

function harmless({ title, summary, facts, steps }: Letter): Letter {
  return {
    title: oneLine(title),
    summary: oneLine(summary),
    facts: facts.map(([name, value]) => [name, oneLine(value)]),
    steps: steps.map(({ text, command }) => ({
      text,
      ...(command === undefined ? {} : { command: oneLine(command) }),
    })),
  };
}

/** Also the separators of lines and paragraphs of Unicode, which some programs break lines at. */
function oneLine(text: string): string {
  return printable(text.toWellFormed()).replace(/[\u2028\u2029]/g, " ");
}

function textOf({ summary, facts, steps }: Letter): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length + 1));
  const factLines = facts.map(([name, value]) => `${`${name}:`.padEnd(width)}  ${value}\n`).join("");
  const stepLines = steps.map(({ text, command }) => `${text}\n${command ? `    ${command}\n` : ""}`);
  return [`${summary}\n`, factLines, ...stepLines].filter((part) => part !== "").join("\n");
}

function htmlOf(subject: string, { summary, facts, steps }: Letter): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" valign="top" style="padding-right:1em">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>\n`,
  );
  const paragraphs = steps.map(
    ({ text, command }) =>
      `<p>${escapeHtml(text)}${command === undefined ? "" : `<br>\n<code>${escapeHtml(command)}</code>`}</p>\n`,
  );
  return (
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>\n` +
    `<body style="font-family:sans-serif">\n<p>${escapeHtml(summary)}</p>\n` +
    `${rows.length === 0 ? "" : `<table>\n${rows.join("")}</table>\n`}${paragraphs.join("")}</body>\n</html>\n`
  );
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML_ENTITIES[char]!);
}

/** Without it a log line could call everybody, as in `<!channel>`: https://api.slack.com/reference/surfaces/formatting */
function escapeSlack(text: string): string {
  return text.replace(/[&<>]/g, (char) => HTML_ENTITIES[char]!);
}
