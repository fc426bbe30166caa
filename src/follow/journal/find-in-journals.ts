/** One record in the journals of a folder. */
import { join } from "node:path";
import { copyOf } from "../../buffer/journal.js";
import { readWriterInfo } from "../../journal/folder.js";
import { JournalReader } from "../../journal/reader.js";
import { parseId } from "../../record/line-id.js";
import { detached, type StoredRecord } from "../../record/stored-record.js";
import { ownIdentity } from "../../system/process.js";

const READ_BYTES = 1 << 18;

/** By its id, which may be any text. With bytes of its own. Undefined when it is not there, or cannot be read. */
export function findInJournals(dir: string, id: string): StoredRecord | undefined {
  const { writer, seq } = parseId(id) ?? { writer: "", seq: 0 };
  // A writer's id is the name of its folder, and must lead nowhere else.
  if (!/^[\w-]+$/.test(writer)) {
    return undefined;
  }
  const folder = join(dir, writer);
  const info = readWriterInfo(folder);
  if (copyOf(folder, info) !== undefined) {
    return undefined;
  }
  const restarted = info !== undefined && info.process.boot !== ownIdentity().boot;
  const reader = new JournalReader({ folder, writer, restarted, fromSeq: seq, onGap: () => {} });
  try {
    const [record] = reader.read(READ_BYTES);
    return record?.seq === seq ? detached(record) : undefined;
  } catch {
    return undefined;
  } finally {
    reader.close();
  }
}
