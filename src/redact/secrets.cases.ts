/** Secrets of each detector's kind, made at random; none of them is real. */
import fc from "fast-check";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const BASE64URL = `${UPPER}${UPPER.toLowerCase()}${DIGITS}-_`;
const BASE64 = `${UPPER}${UPPER.toLowerCase()}${DIGITS}+/`;

function textOf(chars: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...chars), { minLength, maxLength, size: "max" })
    .map((all) => all.join(""));
}

/** As random as AWS makes them, but for the few in a thousand that the detector's own rules leave out. */
const awsSecretKeys = textOf(BASE64, 40).filter((text) => {
  const changes = [...text].filter((char, i) => i > 0 && kindOf(char) !== kindOf(text[i - 1]!)).length;
  const kinds = new Set([...text].map(kindOf));
  const slashes = text.split("/").length - 1;
  return (
    changes >= 15 &&
    kinds.has("a") &&
    kinds.has("A") &&
    kinds.has("0") &&
    slashes <= 3 &&
    new Set(text).size >= 22
  );
});

function kindOf(char: string): string {
  return /[a-z]/.test(char) ? "a" : /[A-Z]/.test(char) ? "A" : /\d/.test(char) ? "0" : "+";
}

/** The digit that makes the number pass. */
export function withCheckDigit(digits: string): string {
  for (let last = 0; ; last++) {
    const sum = [...`${digits}${last}`].reverse().reduce((total, char, i) => {
      const doubled = Number(char) * (i % 2 === 0 ? 1 : 2);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    if (sum % 10 === 0) return `${digits}${last}`;
  }
}

const cardBeginnings = fc.constantFrom(
  ["4", 16],
  ["51", 16],
  ["2221", 16],
  ["34", 15],
  ["37", 15],
  ["6011", 16],
  ["3528", 16],
  ["36", 14],
  ["62", 16],
);
export const cardNumbers = cardBeginnings.chain(([start, length]) =>
  textOf(DIGITS, Number(length) - 1 - String(start).length).map((rest) => withCheckDigit(`${start}${rest}`)),
);
const cardsInFours = textOf(DIGITS, 14).chain((rest) =>
  fc
    .constantFrom(" ", "-", ".", "%20")
    .map((space) => withCheckDigit(`4${rest}`).match(/\d{4}/g)!.join(space)),
);

const json = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwts = fc
  .tuple(fc.constantFrom("HS256", "RS256", "none"), fc.string({ maxLength: 30 }), textOf(BASE64URL, 20, 60))
  .map(([alg, sub, signature]) => `${json({ alg })}.${json({ sub })}.${signature}`);

const privateKeys = fc
  .tuple(
    fc.constantFrom(
      "PRIVATE KEY",
      "RSA PRIVATE KEY",
      "EC PRIVATE KEY",
      "OPENSSH PRIVATE KEY",
      "ENCRYPTED PRIVATE KEY",
    ),
    fc.array(textOf(BASE64, 64), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("\n", "\r\n", "\\n"),
  )
  .map(([kind, lines, end]) => [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`].join(end));

/** A secret, and how it stands in a text. */
export interface Planted {
  readonly secret: string;
  readonly text: string;
}

const asIs = (secret: string): Planted => ({ secret, text: secret });

export const SECRETS: Readonly<Record<string, fc.Arbitrary<Planted>>> = {
  "access key id": fc
    .tuple(fc.constantFrom("AKIA", "ASIA"), textOf(`${UPPER}234567`, 16))
    .map(([start, rest]) => asIs(start + rest)),
  "secret access key": awsSecretKeys.map(asIs),
  "session token": textOf(BASE64, 80, 200).map((rest) => asIs(`IQoJb3JpZ2lu${rest}`)),
  "bearer token": textOf(BASE64URL, 24, 60).map((secret) => ({
    secret,
    text: `Authorization: Bearer ${secret}`,
  })),
  "basic credentials": fc
    .tuple(textOf(BASE64URL, 6, 12), textOf(BASE64URL, 6, 20))
    .map(([name, password]) => {
      const secret = Buffer.from(`${name}:${password}`).toString("base64");
      return { secret, text: `Basic ${secret}` };
    }),
  JWT: jwts.map(asIs),
  "card number": cardNumbers.map(asIs),
  "card number in groups": cardsInFours.map(asIs),
  "private key": privateKeys.map(asIs),
  "password in a URL": textOf(`${BASE64URL}!$&*`, 12, 30).map((secret) => ({
    secret,
    text: `postgres://app:${secret}@db.internal:5432/shop`,
  })),
};

/** Any of them. */
export const secrets: fc.Arbitrary<Planted> = fc.oneof(...Object.values(SECRETS));
