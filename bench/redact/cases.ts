/** What is compared: four records, and what is redacted of them. */

export const RECORDS = {
  small: "a short text and 3 members",
  large: "a text and 16 members, 3 levels, 3 of them named by paths",
  error: "an Error with its stack",
  text: "a text of 900 bytes",
} as const;
export type RecordName = keyof typeof RECORDS;

const PATHS = [
  "metadata.password",
  "metadata.user.token",
  "metadata.*.secret",
  "metadata.headers.authorization",
  "data.card",
];

export const REDACTIONS = {
  without: {},
  "5 paths": { redact: PATHS },
  secrets: { redact: ["secrets"] },
  both: { redact: [...PATHS, "secrets"] },
  "5 paths, hashed": { redact: PATHS, redactBy: "hash", redactSalt: "0123456789abcdef" },
} as const;
export type RedactionName = keyof typeof REDACTIONS;

export interface Order {
  readonly record: RecordName;
  readonly redaction: RedactionName;
  readonly dir: string;
  readonly calls: number;
}

export interface Measured {
  readonly nsPerCall: number;
}
