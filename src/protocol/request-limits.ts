/**
 * How much one request may claim before anything is allocated for it. One object is shared by all
 * parsers of a server, so that CONFIG SET takes effect at once.
 */
export interface RequestLimits {
  /** Longest argument (`proto-max-bulk-len`). */
  maxBulkBytes: number;
  /** Most arguments of one command. */
  maxArguments: number;
  /** Longest line, at least 8: an inline command, or the text up to the CR of a '*' or a '$'. */
  maxInlineBytes: number;
}

/** A stranger may send enough for AUTH or HELLO and no more. */
export const MAX_ARGUMENTS_BEFORE_AUTH = 10;
export const MAX_BULK_BYTES_BEFORE_AUTH = 16_384;

/** Redis's limits. */
export function defaultRequestLimits(): RequestLimits {
  return { maxBulkBytes: 512 * 1024 * 1024, maxArguments: 1024 * 1024, maxInlineBytes: 64 * 1024 };
}
