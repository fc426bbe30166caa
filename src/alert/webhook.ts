/**
 * Alerts by an HTTP POST of JSON, see `Message.json`. A private certificate authority is trusted by the variable
 * NODE_EXTRA_CA_CERTS, as everywhere in Node.
 */
import { messageOf as textOf } from "../system/errors.js";
import { type Channel, ChannelFailure, isTlsCode, type Receipt, withoutSecrets } from "./channel.js";
import type { Message } from "./text.js";

/** What a webhook says is shown up to here and not read further. */
const ANSWER_BYTES_MAX = 4096;

export class Webhook implements Channel {
  readonly name = "webhook";
  readonly to: string;
  readonly #url: URL;
  readonly #timeoutMs: number;
  /** Whoever knows the path may post there: the URL is a secret. */
  readonly #secrets: readonly string[];

  constructor(url: URL, timeoutMs: number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.to = url.host;
    this.#secrets = [url.href, `${url.pathname}${url.search}`].filter((secret) => secret.length > 1);
  }

  async send({ json }: Message, signal: AbortSignal): Promise<Receipt> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const response = await this.#post(JSON.stringify(json), AbortSignal.any([signal, timeout])).catch(
      (error) => {
        if (timeout.aborted)
          throw new ChannelFailure("timeout", `no answer in ${this.#timeoutMs} ms`, false, error);
        throw this.#connectionFailure(error);
      },
    );
    const said = withoutSecrets(`${response.status} ${await beginningOf(response)}`.trim(), this.#secrets);
    if (response.ok) return { answer: said };
    const { status } = response;
    const permanent = status < 500 && status !== 408 && status !== 429;
    const kind = status === 401 || status === 403 ? "authentication" : "refused";
    throw new ChannelFailure(kind, `it answered ${said}`, permanent);
  }

  #post(body: string, signal: AbortSignal): Promise<Response> {
    return fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "dragonlog" },
      body,
      // Followed, a POST would become a GET, which a server takes for a visit and answers with 200.
      redirect: "manual",
      signal,
    });
  }

  #connectionFailure(error: unknown): ChannelFailure {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
    const text = withoutSecrets(textOf(cause ?? error) || code, this.#secrets);
    return new ChannelFailure(isTlsCode(code) ? "tls" : "unreachable", text, false, error);
  }
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      bytes += chunk.length;
      if (bytes >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // The status has been seen; what else it would have said decides nothing.
  }
  return text;
}
