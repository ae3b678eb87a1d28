/**
 * Where Tessera answers otherwise than redis-server 7.0.15, on purpose. Every row has its reason, and
 * names the answer we give instead where it is always the same. A row that no longer makes a
 * difference fails the suite, so the list cannot rot.
 */
export interface Difference {
  readonly script: string;
  /** The step's line; a regular expression covers several that differ for one reason. */
  readonly line: string | RegExp;
  readonly reason: string;
  /** Our answer, escaped, without its last CR LF; absent when it varies. */
  readonly answer?: string;
}

const version = 'clients are told 7.4.0 (src/config/version.ts)';

export const differences: readonly Difference[] = [
  { script: 'connection', line: /^HELLO( [23]( AUTH default anything.*| setname a .*| SETNAME (me|""))?)?$/, reason: version },
  { script: 'auth', line: /^HELLO [23] AUTH default "secret word"( SETNAME joe)?$/, reason: version },
];
