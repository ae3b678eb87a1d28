/** MEMORY: what keys and the server take. Memory is that of the shards' arenas unless a field says otherwise. */
import { about } from '../about.ts';
import type { ContainerCommand, DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';
import { replyMemoryStats } from './memory-stats.ts';
import { memoryUsage } from './memory-usage.ts';

const couldBeSlow = 'Depends on how much memory is allocated, could be slow';

export const memory: ContainerCommand = {
  name: 'memory',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('server', '4.0.0', 'Holds the commands about memory.', 'MEMORY', 'Depends on subcommand.'),
  subcommands: [
    row('doctor', 'Reports on the use of memory in words.', ({ server, reply }) => reply.verbatim('txt', server.observer.memoryReport())),
    helpCommand('MEMORY', '4.0.0', [], [
      'DOCTOR',
      '    Return memory problems reports.',
      'MALLOC-STATS',
      '    Return internal statistics report from the memory allocator.',
      'PURGE',
      '    Attempt to purge dirty pages for reclamation by the allocator.',
      'STATS',
      '    Return information about the memory usage of the server.',
      'USAGE <key> [SAMPLES <count>]',
      '    Return memory in bytes used by <key> and its value. Nested values are',
      '    sampled up to <count> times (default: 5, 0 means sample all).',
    ]),
    row('malloc-stats', 'Shows what the allocator holds.', replyAllocators, couldBeSlow),
    // Empty pages go back to the pool at once, so there is nothing to purge.
    row('purge', 'Asks the allocator to give memory back.', ({ reply }) => reply.ok(), couldBeSlow),
    row('stats', 'Shows figures of memory.', replyMemoryStats),
    memoryUsage,
  ],
};

function row(name: string, summary: string, execute: (call: DoorCall) => void, complexity = 'O(1)'): DoorCommand {
  return {
    name, arity: 2, flags: [], acl: [], keys: [], text: about('server', '4.0.0', summary, `MEMORY ${name.toUpperCase()}`, complexity),
    place: 'door', execute,
  };
}

function replyAllocators({ server, reply }: DoorCall): void {
  const lines = server.pool.keyspaces.map(({ shard, arena }) => {
    const purposes = Object.entries(arena.usedByPurpose()).map(([purpose, bytes]) => `${purpose} ${bytes}`).join(', ');
    return `shard ${shard}: ${arena.usedBytes} bytes in use (${purposes}), ${arena.reservedBytes} bytes of pages, at most ${arena.maxBytes}`;
  });
  reply.verbatim('txt', lines.map((line) => `${line}\n`).join(''));
}
