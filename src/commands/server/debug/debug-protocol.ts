/** DEBUG PROTOCOL: a reply of each type, for the tests of clients. */
import type { ReplyWriter } from '../../../protocol/reply-writer.ts';
import * as errors from '../../../protocol/errors.ts';
import type { DoorCall } from '../../door-call.ts';
import { doorPart } from './debug-row.ts';

export const protocol = doorPart('protocol', [3, 3], (call) => {
  const replyOf = samples.get(call.latin1(2).toLowerCase());
  if (replyOf === undefined) call.fail(errors.debugProtocolType);
  else replyOf(call.reply, call);
});

const samples: ReadonlyMap<string, (reply: ReplyWriter, call: DoorCall) => void> = new Map<string, (reply: ReplyWriter, call: DoorCall) => void>([
  ['string', (reply) => reply.bulkString('Hello World')],
  ['integer', (reply) => reply.integer(12345)],
  ['double', (reply) => reply.double(3.141)],
  ['bignum', (reply) => reply.bigNumber('1234567999999999999999999999999999999')],
  ['null', (reply) => reply.nil()],
  ['array', (reply) => {
    reply.array(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  }],
  ['set', (reply) => {
    reply.set(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  }],
  ['map', (reply) => {
    reply.map(3);
    for (let i = 0; i < 3; i++) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  }],
  ['attrib', replyAttribute],
  ['push', replyPush],
  ['true', (reply) => reply.boolean(true)],
  ['false', (reply) => reply.boolean(false)],
  ['verbatim', (reply) => reply.verbatim('txt', 'This is a verbatim\nstring')],
]);

function replyAttribute(reply: ReplyWriter): void {
  if (reply.resp === 3) {
    reply.attribute(1);
    reply.bulkString('key-popularity');
    reply.array(2);
    reply.bulkString('key:123');
    reply.integer(90);
  }
  reply.bulkString('Some real reply following the attribute');
}

/** The message comes before the reply, which only counts as one. */
function replyPush(reply: ReplyWriter, call: DoorCall): void {
  if (reply.resp === 2) return call.fail(errors.resp2NotSupported);
  reply.push(2);
  reply.bulkString('server-cpu-usage');
  reply.integer(42);
  reply.bulkString('Some real reply following the push reply');
}
