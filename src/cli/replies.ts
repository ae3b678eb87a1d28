/** Replies of a node as values: CLUSTER NODES (and nodes.conf, which has its form), INFO, CLUSTER GETSLOTMIGRATIONS. */
import type { Reply } from './connect.ts';
import { parseRange } from './slot-ranges.ts';
import type { SlotRange } from './slot-ranges.ts';

export interface NodeLine {
  readonly id: string;
  /** Empty when the node does not know it. */
  readonly host: string;
  readonly port: number;
  readonly flags: readonly string[];
  readonly primaryId: string | undefined;
  readonly epoch: number;
  readonly slots: readonly SlotRange[];
  /** Slots on their way out or in, which only the line of the node itself has. */
  readonly open: readonly { readonly slot: number; readonly direction: 'to' | 'from'; readonly nodeId: string }[];
}

export function parseNodeLines(text: string): NodeLine[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('vars ')).map(parseNodeLine);
}

function parseNodeLine(line: string): NodeLine {
  const [id, address, flags, primaryId, , , epoch, , ...slots] = line.split(' ') as [string, string, string, string, string, string, string, string, ...string[]];
  const [, host, port] = /^(.*):(\d+)(?:@|$)/.exec(address.split(',')[0]!) ?? ['', '', '0'];
  return {
    id,
    host: host!,
    port: Number(port),
    flags: flags.split(','),
    primaryId: primaryId === '-' ? undefined : primaryId,
    epoch: Number(epoch),
    slots: slots.filter((word) => !word.startsWith('[')).map(parseRange),
    open: slots.flatMap((word) => {
      const [, slot, arrow, nodeId] = /^\[(\d+)-([<>])-(\w+)\]$/.exec(word) ?? [];
      return slot === undefined ? [] : [{ slot: Number(slot), direction: arrow === '>' ? ('to' as const) : ('from' as const), nodeId: nodeId! }];
    }),
  };
}

/** The fields of INFO or CLUSTER INFO by name. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)];
  }));
}

/** A field like `keys=3,expires=0`. */
export function parseParts(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(text.split(',').map((part) => {
    const [name, value] = part.split('=');
    return [name!, Number(value)];
  }));
}

export interface MigrationLine {
  readonly name: string;
  readonly ranges: readonly SlotRange[];
  readonly sourceId: string;
  readonly targetId: string;
  readonly state: string;
}

/** Of CLUSTER GETSLOTMIGRATIONS; those that are over are left out. */
export function parseMigrations(reply: Reply): MigrationLine[] {
  if (!Array.isArray(reply)) return [];
  const jobs = (reply as readonly (readonly Reply[])[]).map((words) => {
    const field = (name: string): string => String(words[words.indexOf(name) + 1]);
    return {
      name: field('name'), ranges: field('slot_ranges').split(' ').map(parseRange), sourceId: field('source_node'), targetId: field('target_node'),
      state: field('state'),
    };
  });
  return jobs.filter(({ state }) => !['success', 'failed', 'cancelled'].includes(state));
}
