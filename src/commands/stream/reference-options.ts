/**
 * KEEPREF, DELREF and ACKED, which say what becomes of what groups know of entries that go, and the block
 * `IDS numids id …` that they come with.
 */
import type { References } from '../../keyspace/streams/stream-references.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import type { Call } from '../call.ts';
import { readId } from './stream-ids.ts';

const words: readonly (readonly [Uint8Array, References])[] = [
  [wordBytes('keepref'), 'keep'], [wordBytes('delref'), 'drop'], [wordBytes('acked'), 'acked'],
];
const idsWord = wordBytes('ids');
const id = new StreamId();

/** What argument `i` says of references, if that is what it is about. */
export function readReferences(call: Call, i: number): References | undefined {
  for (let at = 0; at < words.length; at++) if (call.is(i, words[at]![0])) return words[at]![1];
  return undefined;
}

/** Where the ids of a block are among the arguments. */
export interface IdBlock {
  readonly idsAt: number;
  readonly idsEnd: number;
}

/** Reads the block that begins at argument `i`; undefined when there is none, or after an error, which `call.failed` tells. */
export function readIdBlock(call: Call, i: number): IdBlock | undefined {
  if (i + 1 >= call.argc || !call.is(i, idsWord)) return undefined;
  const count = call.int(i + 1);
  const idsAt = i + 2;
  if (!(count > 0)) return refuse(call, errors.idCountNotPositive);
  if (count > call.argc - idsAt) return refuse(call, errors.idCountMismatch);
  for (let at = idsAt; at < idsAt + count; at++) if (!readId(call, at, id)) return undefined;
  return { idsAt, idsEnd: idsAt + count };
}

export interface Removal extends IdBlock {
  readonly references: References;
}

/** Reads arguments from `first` on: one word about references and the ids, in any order. Undefined after an error. */
export function readRemoval(call: Call, first: number): Removal | undefined {
  let references: References | undefined;
  let block: IdBlock | undefined;
  for (let i = first; i < call.argc; i++) {
    const word = readReferences(call, i);
    if (word !== undefined && references === undefined) {
      references = word;
      continue;
    }
    const found = word === undefined && block === undefined ? readIdBlock(call, i) : undefined;
    if (found === undefined) return call.failed ? undefined : refuse(call, errors.syntax);
    block = found;
    i = found.idsEnd - 1;
  }
  return block === undefined ? refuse(call, errors.syntax) : { ...block, references: references ?? 'keep' };
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
