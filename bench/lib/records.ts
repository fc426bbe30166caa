/**
 * What is logged: the same text and the same metadata by every logger, each of which puts its own envelope around it.
 * Numbers change from call to call and texts take turns, as they do in a service.
 */

export type RecordName = "900-byte" | "small";

export interface RecordKind {
  text(i: number): string;
  metadata(i: number): Record<string, unknown>;
}

export const SERVICE = "checkout";

/** So long that dragonlog's line is about 900 bytes with this metadata. */
const TEXT_CHARS = 496;
const TEXTS = 16;
const WORDS =
  "order payment accepted for customer by the gateway after retry and stored in region with receipt".split(
    " ",
  );
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

/**
 * Plain ASCII; one of them has to be escaped. A character beyond Latin-1 in any of them would make the loggers that join
 * lines into long strings join them at twice the size, which would say more about V8 than about them.
 */
const texts = Array.from({ length: TEXTS }, (_, n) => {
  let text = n === 3 ? 'said "no"\n' : "";
  for (let word = n; text.length < TEXT_CHARS; word++) {
    text += `${WORDS[(word * (n + 1)) % WORDS.length]} `;
  }
  return flat(text.slice(0, TEXT_CHARS));
});
const paths = Array.from({ length: TEXTS }, (_, n) => flat(`/api/v1/customers/${1000 + n * 37}/orders`));
const ips = Array.from({ length: TEXTS }, (_, n) => flat(`203.0.113.${10 + n}`));

export const records: Readonly<Record<RecordName, RecordKind>> = {
  "900-byte": {
    text: (i) => texts[i % TEXTS]!,
    metadata: (i) => ({
      user_id: 100_000 + (i % 9973),
      method: "POST",
      path: paths[i % TEXTS]!,
      status: 201,
      duration_ms: (i % 1000) / 8,
      ip: ips[i % TEXTS]!,
      user_agent: USER_AGENT,
      cached: false,
      region: "eu-central-1",
    }),
  },
  small: {
    text: () => "hello",
    metadata: (i) => ({ user_id: i }),
  },
};

/** A string as a literal would be: not a chain of pieces that the first logger to read it would have to join. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
