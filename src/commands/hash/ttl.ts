/** HTTL, HPTTL, HEXPIRETIME and HPEXPIRETIME. */
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { hasField } from './field.ts';
import { FieldBlock } from './field-block.ts';
import { findHash } from './key.ts';
import { hashRow } from './row.ts';

const noField = -2;
const noExpiry = -1;
const block = new FieldBlock(1, errors.fieldCountNotPositive);

export const httl = ttlRow('httl', 'in how many seconds fields expire', 1000, true);
export const hpttl = ttlRow('hpttl', 'in how many milliseconds fields expire', 1, true);
export const hexpiretime = ttlRow('hexpiretime', 'when fields expire, in seconds since 1970', 1000, false);
export const hpexpiretime = ttlRow('hpexpiretime', 'when fields expire, in milliseconds since 1970', 1, false);

function ttlRow(name: string, what: string, unitMs: number, isRelative: boolean): ShardCommand {
  return hashRow(name, -5, 'readonly fast', 'RO access', {
    since: '7.4.0', summary: `Tells ${what}.`, syntax: `${name.toUpperCase()} key FIELDS numfields field [field ...]`,
    complexity: 'O(N) with N fields',
  }, (call) => {
    const entry = findHash(call);
    if (entry === wrongTypeEntry || !block.readLast(call, 2)) return;
    call.reply.array(block.count);
    for (let i = block.first; i < call.argc; i++) call.reply.integer(timeOf(call, entry, i, unitMs, isRelative ? call.nowMs : 0));
  });
}

/** Seconds are rounded up. */
function timeOf(call: Call, entry: number, i: number, unitMs: number, fromMs: number): number {
  if (!hasField(call, entry, i)) return noField;
  const { expiryMs } = call.keyspaceOf(1).hashes;
  return expiryMs === 0 ? noExpiry : Math.ceil((expiryMs - fromMs) / unitMs);
}
