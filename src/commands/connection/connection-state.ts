/** SELECT, RESET and QUIT: the state of one connection. */
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import { alwaysAllowed, connectionRow } from './row.ts';

const int32Min = -(2 ** 31);
const int32Max = 2 ** 31 - 1;

export const select = connectionRow('select', 2, ['loading', 'stale', 'fast'], {
  since: '1.0.0', summary: 'Changes the database of the connection.', syntax: 'SELECT index',
}, (call) => {
  const { values } = call.server.config;
  const db = call.int(1);
  if (Number.isNaN(db)) return call.fail(errors.notInteger);
  if (db < int32Min || db > int32Max) return call.fail(errors.outOfRangeBetween(int32Min, int32Max));
  if (db !== 0 && values['cluster-enabled']) return call.fail(clusterErrors.selectInCluster);
  if (db < 0 || db >= values.databases) return call.fail(errors.dbIndexOutOfRange);
  call.session.db = db;
  call.reply.ok();
});

export const reset = connectionRow('reset', 1, alwaysAllowed, {
  since: '6.2.0', summary: 'Makes the connection as it was when it began.', syntax: 'RESET',
}, ({ session, server, reply }) => {
  session.reset(server.config.values.requirepass === '');
  reply.resp = session.resp;
  reply.simple('RESET');
});

export const quit = connectionRow('quit', -1, alwaysAllowed, {
  since: '1.0.0', summary: 'Closes the connection.', syntax: 'QUIT',
}, ({ session, reply }) => {
  session.closing = true;
  reply.ok();
});
