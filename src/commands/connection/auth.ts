/** AUTH and HELLO: who the client is, and which protocol it speaks. */
import * as errors from '../../protocol/errors.ts';
import type { DoorCall } from '../door-call.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import { setName } from './client-name.ts';
import { alwaysAllowed, connectionRow } from './row.ts';
import { authenticate, defaultUser } from './users.ts';

const authWord = wordBytes('auth');
const setNameWord = wordBytes('setname');

export const auth = connectionRow('auth', -2, alwaysAllowed, {
  since: '1.0.0',
  summary: 'Makes the client a user.',
  syntax: 'AUTH [username] password',
  complexity: 'O(N) with N passwords of the user',
}, (call) => {
  if (call.argc > 3) return call.fail(errors.syntax);
  call.hide(1, 2);
  if (call.argc === 2 && call.server.config.values.requirepass === '') return call.fail(errors.authNotConfigured);
  const user = call.argc === 2 ? defaultUser : call.latin1(1);
  if (authenticate(call, user, call.bytes(call.argc - 1))) call.reply.ok();
});

export const hello = connectionRow('hello', -1, alwaysAllowed, {
  since: '6.0.0',
  summary: 'Chooses the protocol and tells about the server.',
  syntax: 'HELLO [protover [AUTH username password] [SETNAME clientname]]',
}, (call) => {
  const version = call.argc > 1 ? call.int(1) : call.session.resp;
  if (Number.isNaN(version)) return call.fail(errors.helloProtocolNotInteger);
  if (version !== 2 && version !== 3) return call.fail(errors.noProto);
  if (!applyOptions(call)) return;
  if (!call.session.authenticated) return call.fail(errors.helloNoAuth);
  call.session.resp = version;
  call.reply.resp = version;
  replyServer(call);
});

/** False: answered with an error. What stands before the error has been done, as in Redis. */
function applyOptions(call: DoorCall): boolean {
  for (let i = 2; i < call.argc; i++) {
    const argumentsLeft = call.argc - 1 - i;
    if (argumentsLeft >= 2 && call.is(i, authWord)) {
      call.hide(i + 1, i + 2);
      if (!authenticate(call, call.latin1(i + 1), call.bytes(i + 2))) return false;
      i += 2;
    } else if (argumentsLeft >= 1 && call.is(i, setNameWord)) {
      if (!setName(call, i + 1)) return false;
      i++;
    } else {
      call.fail(errors.helloOption(call.latin1(i)));
      return false;
    }
  }
  return true;
}

function replyServer({ reply, server, session }: DoorCall): void {
  reply.map(7);
  reply.bulkString('server');
  reply.bulkString('redis');
  reply.bulkString('version');
  reply.bulkString(server.version);
  reply.bulkString('proto');
  reply.integer(session.resp);
  reply.bulkString('id');
  reply.integer(session.id);
  reply.bulkString('mode');
  reply.bulkString(server.config.values['cluster-enabled'] ? 'cluster' : 'standalone');
  reply.bulkString('role');
  reply.bulkString('master');
  reply.bulkString('modules');
  reply.array(0);
}
