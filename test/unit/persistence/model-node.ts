/**
 * A node without threads whose shards are maps: starts from a disk as the door and the shards do
 * together, and answers what it has loaded.
 */
import { keySlot } from '../../../src/base/crc16.ts';
import type { Effects } from '../../../src/channel/effects.ts';
import type { Files } from '../../../src/persistence/files.ts';
import { beginGeneration, commitGeneration, createShardLog } from '../../../src/persistence/generation.ts';
import type { LogTarget } from '../../../src/persistence/generation.ts';
import { completeShard, highestTransactionId, keepsCount, loadShard, mergeReports, openForeign } from '../../../src/persistence/recovery.ts';
import type { ReplayTarget } from '../../../src/persistence/recovery.ts';
import { planRecovery } from '../../../src/persistence/recovery-plan.ts';
import type { OwnPlan, RecoveryPlan } from '../../../src/persistence/recovery-plan.ts';
import { appendFilename, root } from './log-rig.ts';

/** Keys of one shard: `'<db> <key>'` to value. */
export class ModelShard implements ReplayTarget {
  keys = new Map<string, string>();

  keyArgument(): number {
    return 1;
  }

  apply(db: number, bytes: Uint8Array, index: Int32Array, argc: number): void {
    const words = Array.from({ length: argc }, (_, i) => Buffer.from(bytes.slice(index[i * 2]!, index[i * 2]! + index[i * 2 + 1]!)).toString());
    this.perform(db, words);
  }

  /** Single-key effects, and what redis-server writes of the commands used in tests. */
  perform(db: number, [name, key, value]: readonly string[]): void {
    const known = this.keys.get(`${db} ${key}`);
    if (name === 'SET') this.keys.set(`${db} ${key}`, value!);
    else if (name === 'APPEND') this.keys.set(`${db} ${key}`, `${known ?? ''}${value}`);
    else if (name === 'DEL') this.keys.delete(`${db} ${key}`);
    else throw new Error(`the model does not know ${name}`);
  }

  flush(db: number, modulus: number, residue: number): void {
    for (const key of this.keys.keys()) {
      if ((db < 0 || key.startsWith(`${db} `)) && slotOfEntry(key) % modulus === residue) this.keys.delete(key);
    }
  }

  swap(first: number, second: number, modulus: number, residue: number): void {
    const swapped = new Map<string, string>();
    for (const [entry, value] of this.keys) {
      const [db, key] = [Number(entry.split(' ')[0]), entry.slice(entry.indexOf(' ') + 1)];
      const other = db === first ? second : db === second ? first : db;
      swapped.set(slotOfEntry(entry) % modulus === residue ? `${other} ${key}` : entry, value);
    }
    this.keys = swapped;
  }

  /** Writes all keys, as a base holds them. */
  emit(effects: Effects): void {
    for (const [entry, value] of this.keys) {
      effects.command(Number(entry.split(' ')[0]), 'SET', 2);
      effects.text(entry.slice(entry.indexOf(' ') + 1));
      effects.text(value);
    }
  }
}

export interface ModelNode {
  readonly plan: RecoveryPlan;
  readonly shards: readonly ModelShard[];
  /** Where each shard's log goes on. */
  readonly targets: readonly LogTarget[];
  readonly highestId: number;
  readonly completedCount: number;
}

/** All that happens between the start of the process and the first client. */
export function startNode(files: Files, shardCount: number, loadTruncated = true): ModelNode {
  const plan = planRecovery(files, { root, appendFilename, shardCount, loadTruncated });
  const shards = Array.from({ length: shardCount }, () => new ModelShard());
  if (plan.kind === 'own') return startOwn(files, plan, shards);
  if (plan.kind === 'foreign') {
    const stream = openForeign(files, plan);
    while (stream.next()) {
      const words = Array.from({ length: stream.argc }, (_, i) => stream.argument(i));
      shards[slotOf(words[1]!) % shardCount]!.perform(stream.db, words);
    }
    stream.close();
  }
  const targets = writeGeneration(files, shards, 0, plan.kind === 'foreign' ? plan.obsolete : []);
  return { plan, shards, targets, highestId: 0, completedCount: 0 };
}

/** All keys of all shards. */
export function allKeys(node: { readonly shards: readonly ModelShard[] }): Record<string, string> {
  return Object.fromEntries(node.shards.flatMap((shard) => [...shard.keys]).toSorted());
}

export function slotOf(key: string): number {
  const bytes = Buffer.from(key);
  return keySlot(bytes, 0, bytes.length);
}

function startOwn(files: Files, plan: OwnPlan, shards: readonly ModelShard[]): ModelNode {
  const reports = mergeReports(plan, shards.map((target, shard) => loadShard(files, plan, shard, target)));
  const completions = shards.map((target, shard) => completeShard(files, plan, reports, shard, target));
  const highestId = highestTransactionId(reports);
  const targets = keepsCount(plan) ? completions.map(({ logTarget }) => logTarget!) : writeGeneration(files, shards, highestId);
  const completedCount = completions.reduce((sum, completion) => sum + completion.completedCount, 0);
  return { plan, shards, targets, highestId, completedCount };
}

export function writeGeneration(
  files: Files, shards: readonly ModelShard[], foldedId: number, obsolete: readonly string[] = [],
): LogTarget[] {
  const generation = beginGeneration(files, root);
  const targets = shards.map((model, shard) =>
    createShardLog(files, { root, generation, shard, appendFilename }, foldedId, (effects) => model.emit(effects)));
  commitGeneration(files, root, generation, shards.length, obsolete);
  return targets;
}

function slotOfEntry(entry: string): number {
  return slotOf(entry.slice(entry.indexOf(' ') + 1));
}
