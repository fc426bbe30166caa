/** What people ask for: the same words as flags of `dragonlog tail`, parameters of the API and in the address of the page. */
export interface Query {
  readonly service?: string | undefined;
  /** A level, then it and those above it; any other type, then that type alone. */
  readonly type?: string | undefined;
  readonly requestId?: string | undefined;
  /** A text, in upper or lower case, or `/regex/flags`. */
  readonly grep?: string | undefined;
  /** Each `path=value`, such as `metadata.user_id=42`; all must hold. */
  readonly where?: readonly string[] | undefined;
}

export interface LiveRequest extends Query {
  /** Begin with so many of the newest that match. */
  readonly last?: number | undefined;
  /** Begin with those from this timestamp on, in ms since 1970-01-01 UTC. */
  readonly sinceMs?: number | undefined;
  /** Go on with what is logged from now on; else end after what is there. */
  readonly follow: boolean;
  /** The most records a second; of more, an even sample is sent and the rest counted. Default: all of them. */
  readonly perSecondMax?: number | undefined;
  /** Lines longer than this are sent as a `Preview`. Default: all in full. */
  readonly lineBytesMax?: number | undefined;
}

/** A record whose line is too long to be sent unasked, or that is none. */
export interface Preview {
  readonly preview: true;
  readonly id: string;
  readonly timestamp: string;
  readonly service: string;
  readonly type: string;
  readonly request_id?: string | undefined;
  /** How its data begins. */
  readonly data: string;
  /** Of the whole line. */
  readonly bytes: number;
}

/** What one step of looking brought. Sent as one line of JSON, or as the data of one server-sent event. */
export interface LiveEvent {
  /** JSON objects: records as they stand in their lines, or previews. In order: each writer's by seq, all by time where they came together. */
  readonly records: readonly unknown[];
  /** Records that matched since the event before, those among them that were left out by sampling included. */
  readonly matched: number;
  /** Records that passed unseen: deleted before they could be read. */
  readonly missed: number;
  /** Of those that matched, by second (ms since 1970, of their timestamp) and type: `[[1764316800000, {"INFO": 3}]]`. */
  readonly levels: readonly (readonly [secondMs: number, byType: Readonly<Record<string, number>>])[];
  /** True in the last event of what was there at the beginning; what follows is live. Sent once. */
  readonly caughtUp?: true;
  /** Why nothing can be read at the moment, for people. */
  readonly trouble?: string;
  /** Why this is the last event, though more was asked for: to ask the same again would end alike. */
  readonly ended?: { readonly code: string; readonly message: string; readonly hint: string };
}
