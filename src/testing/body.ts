/** Reads and unzips the body of a request, within a bound. */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError, serialization } from "./aws-error.js";
import { bodyBytesMax } from "./limits.js";
import type { Request } from "./members.js";

const unzip = promisify(gunzip);

/** The body's JSON object. Throws SerializationException for anything else. */
export async function readJson(message: IncomingMessage): Promise<Request> {
  const bytes = await decode(await readBytes(message), message.headers["content-encoding"]);
  if (!isUtf8(bytes)) throw serialization("The request body is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw serialization("The request body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw serialization("The request body is not a JSON object");
  }
  return value as Request;
}

async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyBytesMax) chunks.push(chunk);
    // What is too much is read and thrown away, so that the client has its hands free to read the answer.
    else chunks.length = 0;
  }
  if (length > bodyBytesMax) throw tooLarge();
  return Buffer.concat(chunks, length);
}

async function decode(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === "identity") return bytes;
  if (encoding !== "gzip") throw serialization(`The content encoding ${encoding} is not known`);
  try {
    return await unzip(bytes, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge()
      : serialization("The request body is not gzip");
  }
}

function tooLarge(): AwsError {
  return new AwsError("RequestEntityTooLargeException", "The request is too large.", 413);
}
