/** CLIENT LIST, INFO, KILL: looking at clients and closing them. */
import * as errors from '../../protocol/errors.ts';
import type { Session } from '../../routing/session.ts';
import type { DoorCall } from '../door-call.ts';
import { type ClientFilter, type IdRule, readClientFilter } from './client-filter.ts';
import { clientLines } from './client-line.ts';

const listIds: IdRule = { least: -Infinity, error: errors.invalidClientId, endsAtAnyWord: false };
const killIds: IdRule = { least: 1, error: errors.clientIdNotPositive, endsAtAnyWord: true };

export function list(call: DoorCall): void {
  const filter = readClientFilter(call, listIds);
  if (filter === undefined) return;
  const chosen = candidates(call.server.door.clients(), filter).filter((session) => filter.matches(session));
  const shown = filter.skipsMe === true ? chosen.filter((session) => session !== call.session) : chosen;
  call.reply.verbatim('txt', clientLines(shown, call.nowMs));
}

export function info(call: DoorCall): void {
  call.reply.verbatim('txt', clientLines([call.session], call.nowMs));
}

export function kill(call: DoorCall): void {
  if (call.argc === 3) return killByAddress(call);
  const filter = readClientFilter(call, killIds);
  if (filter === undefined) return;
  const skipsMe = filter.skipsMe ?? true;
  const victims = call.server.door.clients().filter((session) => !(skipsMe && session === call.session) && filter.matches(session));
  for (const victim of victims) close(call, victim);
  call.reply.integer(victims.length);
}

/** Clients named by id come in the order, and as often, as they were named. */
function candidates(all: readonly Session[], { ids }: ClientFilter): readonly Session[] {
  if (ids === undefined) return all;
  const byId = new Map(all.map((session) => [session.id, session]));
  return ids.map((id) => byId.get(id)).filter((session) => session !== undefined);
}

function killByAddress(call: DoorCall): void {
  const address = call.latin1(2);
  const victim = call.server.door.clients().find(({ connection }) => connection.peerAddress === address);
  if (victim === undefined) return call.fail(errors.noSuchClient);
  close(call, victim);
  call.reply.ok();
}

/** Oneself after the reply; others at once, with what they are still owed. */
function close(call: DoorCall, victim: Session): void {
  if (victim === call.session) victim.closing = true;
  else call.server.door.closeNow(victim);
}
