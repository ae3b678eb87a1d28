/** What happens in a simulation as lines that people read: nodes by name, epochs and slots in short. */
import type { BusMessage, MessageHeader } from '../../src/cluster/bus/message.ts';
import { NodeFlag, printFlags } from '../../src/cluster/node-info.ts';
import type { NodeInfo } from '../../src/cluster/node-info.ts';
import { slotsIn } from '../../src/cluster/slot-bitmap.ts';
import { slotRangesByOwner } from '../../src/cluster/slot-ranges.ts';
import type { ClusterState } from '../../src/cluster/state.ts';

/** Who can turn an id into a name. */
export interface Names {
  nameOf(id: string): string;
}

const shownFlags = NodeFlag.maybeFailed | NodeFlag.failed | NodeFlag.handshake | NodeFlag.noAddress;

/** `ping from n1 (epoch 3, config 2, slots 0-99), tells n2 n3(fail?)` */
export function messageLine(names: Names, message: BusMessage): string {
  if (message.header === undefined) return message.kind;
  const start = `${message.kind} from ${headerText(names, message.header)}`;
  switch (message.kind) {
    case 'ping':
    case 'pong':
    case 'meet':
      return `${start}${message.gossip.length === 0 ? '' : `, tells ${message.gossip.map(({ nodeId, flags }) => names.nameOf(nodeId) + flagsText(flags)).join(' ')}`}`;
    case 'fail':
      return `${start}: ${names.nameOf(message.nodeId)}`;
    case 'update':
      return `${start}: ${names.nameOf(message.nodeId)} has ${slotsText(message.slots)} under ${message.configEpoch}`;
    default:
      return start;
  }
}

function headerText(names: Names, { sender, currentEpoch, configEpoch, primaryId, slots }: MessageHeader): string {
  const role = primaryId === '' ? '' : `, replica of ${names.nameOf(primaryId)}`;
  return `${names.nameOf(sender)} (epoch ${currentEpoch}, config ${configEpoch}${role}, ${slotsText(slots)})`;
}

function flagsText(flags: number): string {
  return (flags & shownFlags) === 0 ? '' : `(${printFlags(flags & shownFlags)})`;
}

/** `slots 0-99 200`, or `no slots`. */
function slotsText(bitmap: Uint8Array): string {
  const ranges: string[] = [];
  let start = -1;
  let last = -1;
  const end = (): void => { if (start >= 0) ranges.push(start === last ? `${start}` : `${start}-${last}`); };
  for (const slot of slotsIn(bitmap)) {
    if (slot !== last + 1 || start < 0) {
      end();
      start = slot;
    }
    last = slot;
  }
  end();
  return ranges.length === 0 ? 'no slots' : `slots ${ranges.join(' ')}`;
}

/** A line for each member as a node sees it, by name. */
export function viewLines(names: Names, state: ClusterState): string[] {
  const ranges = slotRangesByOwner(state.owners);
  const line = (node: NodeInfo): string => {
    const slots = (ranges.get(node.id) ?? []).map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));
    const role = node.primaryId === '' ? '' : ` of ${names.nameOf(node.primaryId)}`;
    return `${names.nameOf(node.id)} ${printFlags(node.flags)}${role} config ${node.configEpoch}${slots.length === 0 ? '' : ` slots ${slots.join(' ')}`}`;
  };
  return [`epoch ${state.currentEpoch}, voted ${state.lastVoteEpoch}`, ...[...state.nodes.values()].map(line).toSorted()];
}
