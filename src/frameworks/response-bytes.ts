/** How many bytes of body a response of Node.js has sent, without standing in the way of them. */
import type { ServerResponse } from "node:http";

const NO_BODY = new Set([204, 304]);

export class ResponseBytes {
  readonly #response: ServerResponse;
  /** What its connection had written before it; undefined where that cannot be known. */
  #before: number | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    if (response.req?.httpVersionMajor !== 1) {
      // Responses of HTTP/2 share a connection.
      return;
    }
    if (response.socket) {
      this.#before = response.socket.bytesWritten;
    } else {
      // A pipelined request: the connection is given to its response when those before it are through.
      response.once("socket", (socket: { readonly bytesWritten: number }) => {
        this.#before = socket.bytesWritten;
      });
    }
  }

  /**
   * At the response's end: what its Content-Length says, if it was `finished`, or else what went over the connection behind its
   * head, where the chunks of a stream count with their frames. Undefined where neither is known.
   */
  count(finished: boolean): number | undefined {
    const { req, statusCode, headersSent } = this.#response;
    if (req?.method === "HEAD" || NO_BODY.has(statusCode)) {
      return 0;
    }
    const length = this.#response.getHeader("content-length");
    if (finished && length !== undefined) {
      return Number(length);
    }
    return headersSent ? this.#onTheWire() : 0;
  }

  #onTheWire(): number | undefined {
    const { req, _header: head } = this.#response as ServerResponse & { readonly _header?: string };
    const written = req?.socket?.bytesWritten;
    if (this.#before === undefined || written === undefined || typeof head !== "string") {
      return undefined;
    }
    return Math.max(0, written - this.#before - Buffer.byteLength(head, "latin1"));
  }
}
