/**
 * One client as CLIENT LIST and CLIENT INFO print it: `id=3 addr=127.0.0.1:40312 ... cmd=get ...`, the
 * fields of Redis in its order. Fields that we do not know are left out (`rbp`, `fd` where the system
 * does not tell); sub, psub, ssub, multi, watch and redir are those of a client that never
 * subscribes, queues, watches or redirects.
 */
import type { Session } from '../../routing/session.ts';

/** Every letter that CLIENT LIST may show under `flags`, and that a filter may ask for. */
export const flagLetters = 'OSMPxbtRBdcuAUreTN';

/** The lines of several clients. */
export function clientLines(sessions: readonly Session[], nowMs: number): string {
  return sessions.map((session) => `${clientLine(session, nowMs)}\n`).join('');
}

export function clientLine(session: Session, nowMs: number): string {
  const shown = fieldsOf(session, nowMs).filter(([, value]) => value !== undefined);
  return shown.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** `N` for none. */
export function clientFlags(session: Session): string {
  const flags = [
    session.held !== undefined ? 'b' : '',
    session.closing ? 'c' : '',
    session.connection.kind === 'unix' ? 'U' : '',
    session.readonlyMode ? 'r' : '',
    session.noEvict ? 'e' : '',
    session.noTouch ? 'T' : '',
  ].join('');
  return flags === '' ? 'N' : flags;
}

/** What CLIENT CAPA has told of the client. */
export function clientCapabilities(session: Session): string {
  return session.redirects ? 'r' : '';
}

function fieldsOf(session: Session, nowMs: number): (readonly [name: string, value: string | number | undefined])[] {
  const { connection } = session;
  const { input, output } = connection;
  const argumentBytes = session.held?.bytes.length ?? 0;
  const outputBytes = output.queuedBytes + session.earlyBytes;
  return [
    ['id', session.id],
    ['addr', connection.peerAddress],
    ['laddr', connection.localAddress],
    ['fd', connection.descriptor],
    ['name', session.name],
    ['age', ageSeconds(session, nowMs)],
    ['idle', idleSeconds(session, nowMs)],
    ['flags', clientFlags(session)],
    // Valkey's alone, and shown only where it says something, so that all other lines are Redis's.
    ['capa', clientCapabilities(session) || undefined],
    ['db', session.db],
    ['sub', 0],
    ['psub', 0],
    ['ssub', 0],
    ['multi', -1],
    ['watch', 0],
    ['qbuf', input.length],
    ['qbuf-free', input.capacityBytes - input.length],
    ['argv-mem', argumentBytes],
    ['multi-mem', 0],
    ['rbs', output.chunkBytes],
    ['obl', output.collectedBytes],
    ['oll', output.queuedChunks],
    ['omem', outputBytes],
    ['tot-mem', input.capacityBytes + argumentBytes + output.chunkBytes + outputBytes],
    ['events', `${connection.reading ? 'r' : ''}${output.pendingBytes > 0 ? 'w' : ''}`],
    ['cmd', session.lastCommandName ?? 'NULL'],
    ['user', session.user],
    ['redir', -1],
    ['resp', session.resp],
    ['lib-name', session.libName],
    ['lib-ver', session.libVersion],
    ['tot-net-in', connection.receivedBytes],
    ['tot-net-out', output.writtenBytes],
    ['tot-cmds', session.commandCount],
  ];
}

export function ageSeconds(session: Session, nowMs: number): number {
  return Math.floor((nowMs - session.createdMs) / 1000);
}

export function idleSeconds(session: Session, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - session.lastInteractionMs) / 1000));
}
