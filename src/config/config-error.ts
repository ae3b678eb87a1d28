/** What can be wrong with a configuration: a client's CONFIG command, or the start. */

/** A CONFIG command was refused; the message is the whole error reply without its leading `-`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Where a directive stands: a line of a file, of standard input or of the command line. */
export interface Place {
  /** A path, `standard input` or `command line`. */
  readonly source: string;
  /** From 1. */
  readonly lineNumber: number;
  readonly line: string;
}

/** The server cannot start with this configuration; the message is the text to show. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}
