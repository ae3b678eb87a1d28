/** The subcommands of CLIENT that change how the server treats one client, or all of them. */
import { INT64_MAX } from '../../base/int64.ts';
import * as errors from '../../protocol/errors.ts';
import type { DoorCall } from '../door-call.ts';
import { isPrintable } from './client-name.ts';

export function noEvict(call: DoorCall): void {
  const wanted = readOnOff(call);
  if (wanted === undefined) return;
  call.session.noEvict = wanted;
  call.reply.ok();
}

export function noTouch(call: DoorCall): void {
  const wanted = readOnOff(call);
  if (wanted === undefined) return;
  call.session.noTouch = wanted;
  call.reply.ok();
}

/** Only ON answers. */
export function setReplies(call: DoorCall): void {
  const mode = call.latin1(2).toLowerCase();
  if (mode !== 'on' && mode !== 'off' && mode !== 'skip') return call.fail(errors.syntax);
  call.session.setReplies(mode);
  if (mode === 'on') call.reply.ok();
}

/** Capabilities that we do not know are fine: the client would use them if we had them. */
export function addCapabilities(call: DoorCall): void {
  for (let i = 2; i < call.argc; i++) if (call.latin1(i).toLowerCase() === 'redirect') call.session.redirects = true;
  call.reply.ok();
}

export function setInfo(call: DoorCall): void {
  const attribute = call.latin1(2);
  const field = attribute.toLowerCase();
  if (field !== 'lib-name' && field !== 'lib-ver') return call.fail(errors.unrecognizedOption(attribute));
  const value = call.latin1(3);
  if (!isPrintable(value)) return call.fail(errors.clientInfoInvalid(attribute));
  if (field === 'lib-name') call.session.libName = value;
  else call.session.libVersion = value;
  call.reply.ok();
}

/** A pause that lasts is only made longer and stricter. */
export function pause(call: DoorCall): void {
  if (call.argc > 4) return call.fail(errors.subcommandSyntax(call.latin1(1), 'CLIENT'));
  const mode = call.argc === 4 ? call.latin1(3).toLowerCase() : 'all';
  if (mode !== 'all' && mode !== 'write') return call.fail(errors.clientPauseMode);
  const timeoutMs = call.int64(2);
  if (timeoutMs === undefined) return call.fail(errors.timeoutNotInteger);
  if (timeoutMs < 0n) return call.fail(errors.timeoutNegative);
  if (timeoutMs > INT64_MAX - BigInt(call.nowMs)) return call.fail(errors.timeoutOutOfRange);
  call.server.door.pause.begin(call.nowMs + Number(timeoutMs), mode === 'all');
  call.reply.ok();
}

export function unpause(call: DoorCall): void {
  call.server.door.pause.end();
  call.reply.ok();
}

/** No command blocks yet, and a pause is not ended this way. */
export function unblock(call: DoorCall): void {
  if (call.argc > 4) return call.fail(errors.subcommandSyntax(call.latin1(1), 'CLIENT'));
  if (call.argc === 4 && !/^(timeout|error)$/i.test(call.latin1(3))) return call.fail(errors.clientUnblockReason);
  if (Number.isNaN(call.int(2))) return call.fail(errors.notInteger);
  call.reply.integer(0);
}

/** The argument of NO-EVICT and NO-TOUCH; undefined: answered with an error. */
function readOnOff(call: DoorCall): boolean | undefined {
  const word = call.latin1(2).toLowerCase();
  if (word === 'on' || word === 'off') return word === 'on';
  call.fail(errors.syntax);
  return undefined;
}
