/**
 * What two nodes say to each other about a migration. The source connects to the destination and asks; each message has
 * one answer, in order. The keys themselves travel between `establish` and `take` on the same link.
 *
 *   source                          destination
 *   establish  ───────────────▶     keeps that it receives
 *   (data …)   ───────────────▶     applies, unseen
 *   sync       ───────────────▶     has what it got on disk, so that `take` has less to do
 *   pauses writes, keeps the grant
 *   take       ───────────────▶     has everything on disk, keeps that it owns the slots
 *              ◀───────────────     taken
 *   keeps the new owner
 *   done       ───────────────▶     forgets the task
 *
 * A source that does not learn what became of its grant asks for it (`outcome`), over a new link, for as long as it
 * takes. A destination that is asked and has not taken the slots never will.
 */
export type SourceMessage =
  | { readonly kind: 'establish' | 'sync' | 'outcome' | 'done' | 'alive' }
  /** `epoch` is the greatest that the source knows. */
  | { readonly kind: 'take'; readonly epoch: bigint }
  | { readonly kind: 'abort'; readonly reason: string };

export type Answer =
  | { readonly kind: 'ok' }
  /** The slots are the destination's, under `epoch`. */
  | { readonly kind: 'taken'; readonly epoch: bigint }
  /** The destination does not have the slots and will not take them in this task. */
  | { readonly kind: 'aborted'; readonly reason: string };
