/** What the detectors find, and what they leave alone. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { detectorsOf } from "./detectors.js";
import { findSecrets } from "./find.js";
import { Redactor } from "./redactor.js";
import { cardNumbers, SECRETS, withCheckDigit } from "./secrets.cases.js";

const all = new Redactor({ redact: ["secrets"], redactBy: "censor" });
const redact = (text: string) => all.text(text);

/** Around a secret in a text: what may stand there and is no part of it. */
const around = fc.constantFrom(
  "",
  " ",
  "\n",
  '"',
  "'",
  "=",
  ": ",
  "?key=",
  "(",
  ", ",
  "\\n",
  "%20",
  "…",
  "é",
  "\u0000",
  "🙂",
  "<b>",
  "/",
);
const words = fc.stringMatching(/^[a-z ]{0,20}$/);

for (const [kind, planted] of Object.entries(SECRETS)) {
  test(`a ${kind} is found wherever it stands in a text`, () => {
    fc.assert(
      fc.property(words, around, planted, around, words, (before, open, { secret, text }, close, after) => {
        const said = `${before} ${open}${text}${close} ${after}`;
        const redacted = redact(said);
        assert.ok(!redacted.includes(secret), redacted);
        assert.ok(redacted.startsWith(before) && redacted.endsWith(after), redacted);
        assert.match(redacted, /\[redacted\]/);
      }),
      { numRuns: 300 },
    );
  });
}

test("each is found by its own detector, by its name", () => {
  const examples: [name: string, text: string, redacted: string][] = [
    ["aws", "id AKIAIOSFODNN7EXAMPLE.", "id [redacted]."],
    ["aws", "key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY&", "key=[redacted]&"],
    ["aws", "key=wJalrXUtnFEMI%2FK7MDENG%2fbPxRfiCYEXAMPLEKEY&", "key=[redacted]&"],
    ["aws", "https://h/v1/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/x", "https://h/v1/[redacted]/x"],
    ["token", "authorization: Bearer abc", "authorization: Bearer [redacted]"],
    ["token", '{\\"authorization\\":\\"bearer abc\\"}', '{\\"authorization\\":\\"bearer [redacted]\\"}'],
    ["token", "Bearer mF_9.B5f-4.1JqM", "Bearer [redacted]"],
    ["token", "Bearer 12|AbCdEf0123456789abcdef", "Bearer [redacted]"],
    ["token", '{"authorization":"Bearer 12|AbCdEf"}', '{"authorization":"Bearer [redacted]"}'],
    ["token", "Authorization: Bearer abc:defGHI$1!x@y, next", "Authorization: Bearer [redacted], next"],
    ["token", "authorization=Basic+dXNlcjpw%3D%3D&a=b", "authorization=Basic+[redacted]&a=b"],
    ["token", "Basic dXNlcjpw5HNzd/ZyZA==", "Basic [redacted]"],
    ["token", "a eyAiYWxnIjogIkhTMjU2IiB9.eyAic3ViIjogIjEifQ.abcDEF b", "a [redacted] b"],
    ["token", "ewogICJhbGciOiAiSFMyNTYiCn0.ewogInN1YiI6ICIxIn0.abcDEF", "[redacted]"],
    ["token", "ew0KImFsZyI6Im5vbmUifQ.ewoJInN1YiI6IjEifQ", "[redacted]"],
    ["token", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic [redacted]"],
    ["token", "?t=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.&x", "?t=[redacted]&x"],
    ["card", "Visa 4111-1111-1111-1111, Amex 3782 822463 10005", "Visa [redacted], Amex [redacted]"],
    ["card", "GET /pay/4111 1111 1111 1111 200", "GET /pay/[redacted] 200"],
    ["card", "Amex 3782 8224 6310 005, Visa 4111\t1111\t1111\t1111", "Amex [redacted], Visa [redacted]"],
    ["card", "4111_1111_1111_1111 or 4111\\t1111\\t1111\\t1111", "[redacted] or [redacted]"],
    [
      "card",
      "\\u5361\\u53f74111111111111111 pan\\u00a0378282246310005",
      "\\u5361\\u53f7[redacted] pan\\u00a0[redacted]",
    ],
    ["card", "%E5%8F%B74111111111111111 pan%094111111111111111", "%E5%8F%B7[redacted] pan%09[redacted]"],
    ["card", "ids:\\n6212345678901234569\\t6212345678901234569", "ids:\\n[redacted]\\t[redacted]"],
    ["aws", "k%0AwJalrXUtnFEMI%2FK7MDENGxbPxRfiCYEXAMPLEKEY", "k%0A[redacted]"],
    ["aws", "%E5%8F%B7wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "%E5%8F%B7[redacted]"],
    ["aws", "a\\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\\n", "a\\n[redacted]\\n"],
    ["aws", "\\\\u000awJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "\\\\u000a[redacted]"],
    ["card", "?q=card%204111111111111111&p=4111+1111+1111+1111", "?q=card%20[redacted]&p=[redacted]"],
    ["url-password", "redis://:pa:ss@h:6379/0", "redis://:[redacted]@h:6379/0"],
    [
      "url-password",
      "amqp://u:p@ss@h and http:\\/\\/u:p2@h",
      "amqp://u:[redacted]@h and http:\\/\\/u:[redacted]@h",
    ],
    [
      "url-password",
      "?to=redis%3A%2F%2Fu%3Ap%24x%40h%3A6379%2F0",
      "?to=redis%3A%2F%2Fu%3A[redacted]%40h%3A6379%2F0",
    ],
    ["url-password", "postgres://u:p#/ss@h/db", "postgres://u:[redacted]@h/db"],
    ["url-password", "https://ghp_0123456789abcdef@github.com/x", "https://[redacted]@github.com/x"],
    [
      "private-key",
      "a -----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabc=\n-----END PGP PRIVATE KEY BLOCK----- b",
      "a [redacted] b",
    ],
    [
      "private-key",
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\nComment: BACK-END signing\n\nabc=\n-----END PGP PRIVATE KEY BLOCK----- b",
      "[redacted] b",
    ],
    [
      "private-key",
      "---- BEGIN SSH2 PRIVATE KEY ----\nComment: BACK - END\nabc\n---- END SSH2 PRIVATE KEY ---- b",
      "[redacted] b",
    ],
    [
      "private-key",
      "want -----BEGIN PRIVATE KEY-----! but the job FRONT-END failed",
      "want [redacted]! but the job FRONT-END failed",
    ],
    ["private-key", '"-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEI" cut', '"[redacted]" cut'],
  ];
  for (const [name, text, redacted] of examples) {
    const one = new Redactor({ redact: [name], redactBy: "censor" });
    assert.equal(one.text(text), redacted, name);
    const others = ["aws", "token", "card", "url-password", "private-key"].filter((each) => each !== name);
    assert.equal(new Redactor({ redact: others, redactBy: "censor" }).text(text), text, `only ${name}`);
  }
});

test("what only looks like a secret is left alone", () => {
  const innocent = [
    "the bearer of this letter, a bearer token or bearer authentication, basic auth and basic information",
    "Bearer authentication failed",
    "Basic Plus",
    "Bearer authentication: failed; basic auth: denied | basic setup: done",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "commit DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
    "at org.apache.hadoop.mapreduce.v2.app.MRAppMaster2.serviceStart",
    "/usr/lib/node_modules/express/lib/Router2/Layer.js/usr/share/Projects/app1/src/index",
    "getUserAccountBalanceFromDatabaseServer1",
    "ASIAPACIFICHEADQUARTERSINTOKYO",
    "order 4111111111111112, 1234567812345678, 9999999999999995",
    "at 1700000000000 1700000000000000 1700000000000000000 0.4111111111111111 4111111111111111.5".replace(
      / 4111111111111111\.5$/,
      "",
    ),
    "uuid 41111111-1111-1111-1111-111111111111",
    "http://host:8080/path?mail=a@b.c ssh://git@github.com/x file:///a:b@c ftp://name@host",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY----- and -----BEGIN CERTIFICATE-----",
    "your PRIVATE KEY is safe",
    "eyJhbGciOiJIUzI1NiJ9 alone says nothing",
    "2026-11-28 08:49:25.123 10.0.0.1:8080 1,204 records",
  ];
  for (const text of innocent) assert.equal(redact(text), text);
});

test("of numbers of 16 digits only those with their check digit are taken for cards", () => {
  fc.assert(
    fc.property(cardNumbers, fc.integer({ min: 1, max: 9 }), (number, off) => {
      const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + off) % 10);
      assert.equal(redact(`paid with ${wrong} today`), `paid with ${wrong} today`);
    }),
  );
  const blockId = withCheckDigit("695229586848765657");
  assert.equal(redact(`blk_-${blockId}`), `blk_-${blockId}`);
});

test("a text of two megabytes that nearly is a secret everywhere takes no longer than one that is none", () => {
  const bytes = 2 << 20;
  const nearly = [
    "-----BEGIN PRIVATE KEY-----!",
    "-----BEGIN PRIVATE KEY-----x-END",
    "-----BEGIN ",
    "PRIVATE ",
    "eyJ",
    "eyJhbGciOiJIUzI1NiJ9.",
    "eyJhbGciOiJIUzI1NiJ9.a ",
    "bearer ",
    "basic+",
    "bearer+",
    "basic|:",
    "ewog.",
    "Basic dXNlcjpwYXNz",
    "authorization: ",
    "://",
    "a://b:c/",
    "%3A%2F%2Fa%3Ab",
    "a://b:c",
    "http://[",
    "AKIA",
    "IQoJb3JpZ2lu",
    "/",
    "a/",
    "%2F",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE/",
    "4111 ",
    "4111 1111 1111 111",
    "41111111111111112",
    "4",
    "%4",
    "0.",
    "\u0000",
    "é",
  ];
  const escapes = [
    "\\",
    "\\n",
    "%E5",
    "\\u5361",
    "%",
    "%25",
    "%4",
    "\\u004",
    "\\/",
    "\\\\u0041",
    "%41%4b%49%41 ",
  ];
  const detectors = detectorsOf(["secrets"]);
  for (const look of [...detectors, (text: string) => findSecrets(text, detectors)]) {
    for (const piece of look.length === 1 ? escapes : nearly) {
      const text = piece.repeat(Math.ceil(bytes / piece.length));
      const started = performance.now();
      look(text, []);
      // Quadratic work takes hours here; the bound is that of a machine on which everything takes its time.
      assert.ok(performance.now() - started < 20_000, piece);
    }
  }
});

/** Texts at random, as bytes of SHA-256 over a count, so that a failure comes again. */
function bytesAt(count: number): Buffer {
  return createHash("sha256").update(`${count}`).digest();
}
const digitsAt = (digits: number) => (count: number) => {
  const bytes = bytesAt(count);
  // The first digits of a number of 256 bits are not as random as the others.
  return `id ${1 + (bytes[0]! % 9)}${`${BigInt(`0x${bytes.toString("hex")}`)}`.slice(20, 19 + digits)} of it`;
};

/** Of how many at random one is taken for a secret, at least and at most; see docs/privacy.md. */
const AT_RANDOM: Readonly<Record<string, [text: (count: number) => string, least: number, most: number]>> = {
  "numbers of 16 digits": [digitsAt(16), 19, 26],
  "numbers of 19 digits": [digitsAt(19), 45, 75],
  "numbers of 15 digits": [digitsAt(15), 150, 2000],
  "numbers of 13 digits": [digitsAt(13), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  "hashes in hex": [(count) => bytesAt(count).toString("hex", 0, 20), 3000, Number.POSITIVE_INFINITY],
  "32 bytes in base64": [(count) => bytesAt(count).toString("base64"), 20, 50],
  "30 bytes in base64": [(count) => bytesAt(count).toString("base64", 0, 30), 1, 1.02],
};

test("what is random is taken for a secret as seldom as the documents say", () => {
  const texts = 20_000;
  for (const [what, [text, least, most]] of Object.entries(AT_RANDOM)) {
    let taken = 0;
    for (let count = 0; count < texts; count++) if (redact(text(count)) !== text(count)) taken++;
    const oneIn = texts / taken;
    assert.ok(oneIn >= least && oneIn <= most, `of ${what} one in ${oneIn}`);
  }
});

const LOGHUB = process.env.LOGHUB;
const skip =
  LOGHUB === undefined && "LOGHUB names no folder with the lines of Loghub, see ways/severity/loghub.test.ts";

test("in real logs of other programs nothing is taken for a secret", { skip }, () => {
  const files = readdirSync(LOGHUB!).filter((name) => name.endsWith(".log"));
  assert.ok(files.length > 0);
  for (const file of files) {
    for (const line of readFileSync(join(LOGHUB!, file), "utf8").split("\n"))
      assert.equal(redact(line), line, file);
  }
});
