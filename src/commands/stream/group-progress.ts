/** How far a group has come with its stream, as XINFO tells it. */
import { GroupWord, readLong } from '../../keyspace/streams/group-records.ts';
import { lagOf } from '../../keyspace/streams/lag.ts';
import type { Arena } from '../../memory/arena.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { replyIdAt, replyLong } from './stream-replies.ts';

const lastId = new StreamId();

/** Three pairs. */
export function replyProgress(reply: ReplyWriter, arena: Arena, head: number, group: number): void {
  const { i32 } = arena;
  reply.bulkLatin1('last-delivered-id');
  replyIdAt(reply, arena, group * 2 + GroupWord.lastId);
  reply.bulkLatin1('entries-read');
  if (readLong(i32, group * 2 + GroupWord.entriesRead) === -1) reply.nil();
  else replyLong(reply, i32, group * 2 + GroupWord.entriesRead);
  reply.bulkLatin1('lag');
  lastId.load(i32, group * 2 + GroupWord.lastId);
  const lag = lagOf(arena, head, group, lastId);
  if (lag === undefined) reply.nil();
  else reply.integer64(lag);
}
