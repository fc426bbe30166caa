/** The account: log groups by name, log streams by name in each, events in each stream. Nothing is on disk. */
import { exists, missing } from "./aws-error.js";
import { StreamEvents } from "./stream-events.js";

export interface LogStream {
  readonly name: string;
  readonly creationTime: number;
  readonly events: StreamEvents;
}

export interface LogGroup {
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: string;
  retentionInDays: number | undefined;
  /** Sum of the stored messages' bytes. */
  storedBytes: number;
  readonly streams: Map<string, LogStream>;
}

export class LogStore {
  readonly groups = new Map<string, LogGroup>();
  #puts = 0;

  /** The number of the next put, from 1; orders puts over all streams. */
  nextPutSeq(): number {
    return ++this.#puts;
  }

  createGroup(name: string, logGroupClass: string, creationTime: number): void {
    if (this.groups.has(name)) throw exists("log group");
    this.groups.set(name, {
      name,
      creationTime,
      logGroupClass,
      retentionInDays: undefined,
      storedBytes: 0,
      streams: new Map(),
    });
  }

  createStream(groupName: string, name: string, creationTime: number): void {
    const { streams } = this.group(groupName);
    if (streams.has(name)) throw exists("log stream");
    streams.set(name, { name, creationTime, events: new StreamEvents() });
  }

  group(name: string): LogGroup {
    const group = this.groups.get(name);
    if (group === undefined) throw missing("log group");
    return group;
  }

  stream(group: LogGroup, name: string): LogStream {
    const stream = group.streams.get(name);
    if (stream === undefined) throw missing("log stream");
    return stream;
  }

  clear(): void {
    this.groups.clear();
  }
}
