/** What an HTML comment right above a code block says to the test. Readers of the rendered page see none of it. */
export interface Markers {
  /** The block is this file of the reader's folder. */
  readonly file?: string;
  /** Why it does not run here: one of `NOT_RUN`, and more words after a comma if they help. */
  readonly notRun?: string;
  /** The block is output: of the block above, or of this command. */
  readonly output?: true | string;
  /** What has been done before, and need not be said: commands of the shell. One that goes on does so until the page ends. */
  readonly given?: readonly string[];
  /** It runs on until the page ends, for the blocks below. */
  readonly keepRunning?: true;
  /** From here on in a new empty folder, without what was exported. */
  readonly emptyFolder?: true;
  /** The exit code that the page speaks of; 0 where there is none. */
  readonly exit?: number;
}

/** The kinds of blocks that run nowhere in this test. What they say is checked all the same, as far as it can be. */
const NOT_RUN: Readonly<Record<string, string>> = {
  aws: "talks to AWS itself, with an account",
  docker: "starts containers",
  kubernetes: "talks to a cluster",
  systemd: "changes the services of a machine",
  elsewhere: "talks to a server of others: mail, Slack, Prometheus, a registry",
  absent: "starts a program that is not installed here",
  checkout: "is for a checkout of this repository, whose own tests run it or which takes long",
  before: "is what a reader comes from, with packages that are not installed here",
  sample: "shows what something looks like",
};

const FORMS: readonly [form: RegExp, read: (found: RegExpExecArray) => Markers][] = [
  [/^file: (\S+)$/, ([, file]) => ({ file: file! })],
  [/^not run: (.+)$/, ([, notRun]) => ({ notRun: notRun! })],
  [/^output$/, () => ({ output: true })],
  [/^output of: (.+)$/, ([, output]) => ({ output: output! })],
  [/^given: (.+)$/, ([, command]) => ({ given: [command!] })],
  [/^keep running$/, () => ({ keepRunning: true })],
  [/^empty folder$/, () => ({ emptyFolder: true })],
  [/^exit (\d+)$/, ([, exit]) => ({ exit: Number(exit) })],
];

/** Undefined for a comment that speaks of something else. */
export function readMarker(comment: string): Markers | undefined {
  for (const [form, read] of FORMS) {
    const found = form.exec(comment);
    if (found) return read(found);
  }
  return undefined;
}

/** The reason in full. Throws for one that is of no known kind. */
export function reasonOf(notRun: string): string {
  const kind = notRun.replace(/,.*/, "");
  if (!(kind in NOT_RUN)) throw new Error(`${kind} is no kind; there are ${Object.keys(NOT_RUN).join(", ")}`);
  return `${notRun}: ${NOT_RUN[kind]}`;
}
