/** One record that says what it is, as a batch: a whole writer's series, so that an audit finds nothing missing in it. */
import { hostname } from "node:os";
import type { Batch } from "../../batch/batch.js";
import { DestinationTemplate } from "../../batch/template.js";
import { randomId } from "../../system/random.js";

const DOCTOR_NAME = "dragonlog-doctor";
const WRITER_CHARACTERS = 12;

/**
 * For the stream `dragonlog-doctor` of the group that the template gives for a service of that name.
 *
 * Throws DRAGONLOG_OPTION_INVALID for templates of a group or stream that can give no name.
 */
export function trialBatch(group: string, stream: string, nowMs: number): Batch {
  // Records would go by both templates, so both must be right.
  new DestinationTemplate(group, stream);
  const writer = randomId(WRITER_CHARACTERS);
  const line = {
    timestamp: new Date(nowMs).toISOString(),
    service: DOCTOR_NAME,
    data: "a trial write of `dragonlog doctor`",
    type: "INFO",
    id: `${writer}-0`,
  };
  const bytes = Buffer.from(JSON.stringify(line));
  const place = { timestamp: nowMs, bytes, start: 0, end: bytes.length };
  const record = { ...place, writer, seq: 0, ordinal: 0, service: DOCTOR_NAME, type: "INFO" };
  const destination = new DestinationTemplate(group, DOCTOR_NAME).of(record, hostname());
  const items = [{ ...place, record, part: 1, parts: 1 }];
  return { number: 0, destination, items, bytes: bytes.length, after: [] };
}
