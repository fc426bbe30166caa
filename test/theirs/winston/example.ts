import winston from "winston";

type Options = winston.transport.TransportStreamOptions;

/** README.md "Adding Custom Transports". winston has it under this name, its types under another. */
export const { Transport } = winston as unknown as {
  Transport: new (options?: Options) => winston.transport;
};

/** A program of winston's documentation, for any transport. */
export interface Example {
  /** The page of https://github.com/winstonjs/winston (MIT) that has it, with its place. */
  readonly source: string;
  /** `to` makes a transport each time, all with the same end. */
  readonly run: (to: (options?: Options) => winston.transport) => unknown;
  /** The differences that it shows, by their names in docs/from-other-loggers.md. */
  readonly differs?: readonly string[];
}
