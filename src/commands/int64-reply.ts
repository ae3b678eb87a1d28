/** Answering with any int64. */
import type { Int64Words } from '../base/int64-words.ts';
import type { ReplyWriter } from '../protocol/reply-writer.ts';

/** Beyond the safe integers, which is rare, a bigint is made. */
export function replyInt64Words(reply: ReplyWriter, words: Int64Words): void {
  const { integer } = words;
  if (Number.isSafeInteger(integer)) reply.integer(integer);
  else reply.integer64(BigInt(words.toInt64()));
}
