/** CLUSTER GETKEYSINSLOT: the one cluster command that looks at keys, so it runs on the slot's shard. */
import { SLOT_COUNT } from '../../base/crc16.ts';
import { Setting } from '../../channel/control.ts';
import { keyLength, keyOffset } from '../../keyspace/entry.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';

/** Argument indexes. */
const SLOT = 2;
const COUNT = 3;
/** The hash position behind the last entry of a slot's table. */
const SCAN_END = 2 ** 32;

export const getKeysInSlot: ShardCommand = {
  name: 'getkeysinslot',
  arity: 4,
  flags: ['stale'],
  acl: [],
  keys: [],
  text: {
    group: 'cluster',
    since: '3.0.0',
    summary: 'Lists keys of a hash slot.',
    complexity: 'O(N) with N keys asked for',
    syntax: 'CLUSTER GETKEYSINSLOT slot count',
  },
  place: 'shard',
  route: (request) => {
    const slot = Number(request.text(SLOT));
    return Number.isInteger(slot) && isSlot(slot) ? slot : 0;
  },
  execute: (call) => {
    if (call.control.settings[Setting.clusterEnabled] !== 1) return call.fail(clusterErrors.clusterDisabled);
    const slot = call.int(SLOT);
    const wantedCount = call.int(COUNT);
    if (Number.isNaN(slot) || Number.isNaN(wantedCount)) return call.fail(errors.notInteger);
    if (!isSlot(slot) || wantedCount < 0) return call.fail(clusterErrors.invalidSlotOrCount);
    replyKeys(call, slot, wantedCount);
  },
};

function isSlot(slot: number): boolean {
  return slot >= 0 && slot < SLOT_COUNT;
}

/** Keys whose time is over but which are still there count, as they do in Redis. */
function replyKeys(call: Call, slot: number, wantedCount: number): void {
  const keyspace = call.keyspaceOfSlot(slot);
  const { arena } = keyspace;
  // The node's own replay (time 0) sees keys that are hidden from clients.
  const isHidden = call.nowMs !== 0 && call.control.isHidden(slot);
  const count = isHidden ? 0 : Math.min(wantedCount, keyspace.slotKeyCount(call.db, slot));
  const found = new AddressList();
  for (let at = 0; found.length < count && at < SCAN_END; ) at = keyspace.scanSlot(call.db, slot, at, found);
  call.reply.array(count);
  for (let i = 0; i < count; i++) {
    const entry = found.at(i);
    call.reply.bulk(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
  }
}
