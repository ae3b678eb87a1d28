/**
 * What a command handler says about a write: the commands that make the same change again. They
 * are absolute (SET … PXAT, DEL), concern one key each, which is argument 1, and go into the
 * shard's effect log. One call of `command` is followed by one call per argument.
 */
export interface Effects {
  /** False (appendonly no): every call below does nothing. */
  readonly enabled: boolean;
  /** Begins the effect `name` with `argc` arguments after the name. `name` is a constant. */
  command(db: number, name: string, argc: number): void;
  /** The next argument is these bytes. */
  bytes(source: Uint8Array, offset: number, length: number): void;
  /** The next argument is a safe integer in decimal. */
  integer(n: number): void;
  /** The next argument is a short ASCII string. */
  text(s: string): void;
  /** The effects until `endTransaction` are replayed all or none. Transactions do not nest. */
  beginTransaction(): void;
  endTransaction(): void;
}

/** Stands in where effects go nowhere. */
export const noEffects: Effects = {
  enabled: false,
  command() {},
  bytes() {},
  integer() {},
  text() {},
  beginTransaction() {},
  endTransaction() {},
};
