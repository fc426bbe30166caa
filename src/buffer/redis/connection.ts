/** What carries commands to a store, once dialled. */

/** Texts come as Buffers. */
export type Reply = Buffer | string | number | null | readonly Reply[];

export type Command = readonly (string | Buffer)[];

export type Wire = (command: Command) => Promise<Reply>;

export interface Connection {
  /** Sends a command that concerns one key. */
  send(key: string, command: Command): Promise<Reply>;
  /**
   * The one connection that carries commands of this key now. What is sent on it in one turn of the event loop arrives
   * together; when it is lost, all of it is rejected, and nothing of it goes elsewhere.
   */
  wireTo(key: string): Promise<Wire>;
  /** Sends a command without a key to every server, primaries only. */
  sendToAll(command: Command): Promise<Reply[]>;
  /** Ends it at once; calls without an answer are rejected. */
  destroy(): void;
}

export interface DialOptions {
  readonly connectTimeoutMs: number;
  /** Called once, when the connection is lost; not after `destroy`. */
  readonly onLost: (error: Error) => void;
}

export type Dial = (options: DialOptions) => Promise<Connection>;
