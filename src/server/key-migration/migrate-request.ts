/** What MIGRATE asks for, and how it ends. */
export interface MigrateRequest {
  readonly host: string;
  /** As the client wrote it. */
  readonly port: string;
  readonly db: string;
  readonly timeoutMs: number;
  readonly keys: readonly Uint8Array[];
  /** The keys stay here, too. */
  readonly copies: boolean;
  /** What the other server has at these keys goes. */
  readonly replaces: boolean;
  /** Arguments of AUTH; none without it. */
  readonly credentials: readonly Uint8Array[];
}

export type MigrateOutcome = { readonly kind: 'moved' | 'no-key' } | { readonly kind: 'failed'; readonly text: string };
