/**
 * CLIENT and its subcommands. Keys are not tracked and no command blocks yet, so GETREDIR,
 * TRACKINGINFO, CACHING and UNBLOCK answer what they answer to any client without; TRACKING itself
 * is absent.
 */
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { ContainerCommand, FlagName } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';
import { clientHelp } from './client-help.ts';
import { info, kill, list } from './client-list.ts';
import { addCapabilities, noEvict, noTouch, pause, setInfo, setReplies, unblock, unpause } from './client-modes.ts';
import { setName } from './client-name.ts';
import { connectionRow } from './row.ts';

const own: readonly FlagName[] = ['noscript', 'loading', 'stale'];
const admin: readonly FlagName[] = ['admin', 'noscript', 'loading', 'stale'];
const perClient = 'O(N) with N connections';

export const client: ContainerCommand = {
  name: 'client',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('connection', '2.4.0', 'Holds the commands about connections.', 'CLIENT', 'As of the subcommand'),
  subcommands: [
    connectionRow('caching', 3, own, { since: '6.0.0', summary: 'Tells whether the keys of the next command are tracked.', syntax: 'CLIENT CACHING <YES | NO>' },
      (call) => call.fail(errors.clientCachingWithoutTracking)),
    connectionRow('capa', -3, own, { since: '8.0.0', summary: 'Tells what the client can do.', syntax: 'CLIENT CAPA capability [capability ...]' }, addCapabilities),
    connectionRow('getname', 2, own, { since: '2.6.9', summary: 'Tells the name of the connection.', syntax: 'CLIENT GETNAME' }, getName),
    connectionRow('getredir', 2, own, { since: '6.0.0', summary: 'Tells which client gets the invalidation messages.', syntax: 'CLIENT GETREDIR' },
      (call) => call.reply.integer(-1)),
    helpCommand('CLIENT', '5.0.0', ['connection'], clientHelp, 'connection'),
    connectionRow('id', 2, own, { since: '5.0.0', summary: 'Tells the id of the connection.', syntax: 'CLIENT ID' },
      (call) => call.reply.integer(call.session.id)),
    connectionRow('info', 2, own, { since: '6.2.0', summary: 'Shows the connection as CLIENT LIST does.', syntax: 'CLIENT INFO' }, info),
    connectionRow('kill', -3, admin, {
      since: '2.4.0', summary: 'Closes connections.', complexity: perClient,
      syntax: 'CLIENT KILL <ip:port | <[ID client-id] | [TYPE NORMAL | MASTER | SLAVE | REPLICA | PUBSUB] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME YES | NO] | [MAXAGE maxage]> [[ID client-id] [TYPE NORMAL | MASTER | SLAVE | REPLICA | PUBSUB] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME YES | NO] [MAXAGE maxage] ...]>',
    }, kill),
    connectionRow('list', -2, admin, {
      since: '2.4.0', summary: 'Lists connections.', complexity: perClient,
      syntax: 'CLIENT LIST [TYPE NORMAL | MASTER | REPLICA | PUBSUB] [ID client-id [client-id ...]]',
    }, list),
    connectionRow('no-evict', 3, admin, { since: '7.0.0', summary: 'Keeps the connection when others are closed to save memory.', syntax: 'CLIENT NO-EVICT <ON | OFF>' }, noEvict),
    connectionRow('no-touch', 3, own, { since: '7.2.0', summary: 'Leaves the access times of keys alone.', syntax: 'CLIENT NO-TOUCH <ON | OFF>' }, noTouch),
    connectionRow('pause', -3, admin, { since: '3.0.0', summary: 'Holds commands back for a time.', syntax: 'CLIENT PAUSE timeout [WRITE | ALL]' }, pause),
    connectionRow('reply', 3, own, { since: '3.2.0', summary: 'Tells whether replies are sent.', syntax: 'CLIENT REPLY <ON | OFF | SKIP>' }, setReplies),
    connectionRow('setinfo', 4, own, { since: '7.2.0', summary: 'Names the library of the client.', syntax: 'CLIENT SETINFO <LIB-NAME libname | LIB-VER libver>' }, setInfo),
    connectionRow('setname', 3, own, { since: '2.6.9', summary: 'Names the connection.', syntax: 'CLIENT SETNAME connection-name' },
      (call) => { if (setName(call, 2)) call.reply.ok(); }),
    connectionRow('trackinginfo', 2, own, { since: '6.2.0', summary: 'Tells how keys are tracked for the connection.', syntax: 'CLIENT TRACKINGINFO' }, trackingInfo),
    connectionRow('unblock', -3, admin, { since: '5.0.0', summary: 'Ends the waiting of a blocked connection.', complexity: 'O(log N) with N connections', syntax: 'CLIENT UNBLOCK client-id [TIMEOUT | ERROR]' }, unblock),
    connectionRow('unpause', 2, admin, { since: '6.2.0', summary: 'Ends a pause.', complexity: 'O(N) with N connections that wait', syntax: 'CLIENT UNPAUSE' }, unpause),
  ],
};

function getName({ session, reply }: DoorCall): void {
  if (session.name === '') reply.nil();
  else reply.bulkLatin1(session.name);
}

function trackingInfo({ reply }: DoorCall): void {
  reply.map(3);
  reply.bulkString('flags');
  reply.set(1);
  reply.bulkString('off');
  reply.bulkString('redirect');
  reply.integer(-1);
  reply.bulkString('prefixes');
  reply.array(0);
}
