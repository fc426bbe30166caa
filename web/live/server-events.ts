/** Reads a body of server-sent events, which the browser's own EventSource cannot do without hiding why it was refused. */

/** Calls `onEvent` with the name and the data of each event, in order, until the body ends. */
export async function readServerEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (name: string, data: string) => void,
  onBytes: () => void = () => {},
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // Of the line, and of the event, that is not complete: a long one comes in many pieces.
  let pieces: string[] = [];
  let data: string[] = [];
  let name = "";
  const endLine = (line: string): void => {
    if (line === "") {
      if (data.length > 0) onEvent(name, data.join("\n"));
      data = [];
      name = "";
    } else if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      const lines = decoder.decode(value, { stream: true }).split("\n");
      for (const [index, line] of lines.entries()) {
        pieces.push(line);
        if (index === lines.length - 1) break;
        endLine(pieces.join("").replace(/\r$/, ""));
        pieces = [];
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
