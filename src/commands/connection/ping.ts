/** PING and ECHO. */
import * as errors from '../../protocol/errors.ts';
import { connectionRow } from './row.ts';

export const ping = connectionRow('ping', -1, ['fast'], {
  since: '1.0.0', summary: 'Answers.', syntax: 'PING [message]',
}, (call) => {
  if (call.argc > 2) call.fail(errors.wrongArity('ping'));
  else if (call.argc === 2) call.replyArgument(1);
  else call.reply.pong();
});

export const echo = connectionRow('echo', 2, ['loading', 'stale', 'fast'], {
  since: '1.0.0', summary: 'Gives back its argument.', syntax: 'ECHO message',
}, (call) => call.replyArgument(1));
