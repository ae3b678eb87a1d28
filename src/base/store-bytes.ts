/** Copying what a client sent into a shard's memory: from one large memory to another, again and again. */
import { WordCopier } from './word-copier.ts';

const copier = new WordCopier();

export function storeBytes(target: Uint8Array, targetOffset: number, source: Uint8Array, offset: number, length: number): void {
  copier.copy(target, targetOffset, source, offset, length);
}
