/** Stands before a server and keeps every byte of what it is asked, as it comes and as it reads. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";

export class RecordingProxy {
  readonly #asked: Buffer[] = [];

  private constructor(readonly url: string) {}

  static async start(context: TestContext, target: string): Promise<RecordingProxy> {
    const server = createServer(async (asked, answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of asked) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const isPacked = asked.headers["content-encoding"] === "gzip";
      proxy.#asked.push(Buffer.from(`${asked.url}\n${asked.rawHeaders.join("\n")}\n`), body);
      if (isPacked) proxy.#asked.push(gunzipSync(body));
      const { method, headers } = asked;
      const passed = request(new URL(asked.url!, target), { method: method!, headers }).end(body);
      passed.on("error", () => answer.destroy());
      passed.on("response", (from) => {
        answer.writeHead(from.statusCode!, from.headers);
        from.pipe(answer);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    context.after(() => server.close());
    const proxy = new RecordingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return proxy;
  }

  get asked(): Buffer {
    return Buffer.concat(this.#asked);
  }
}
