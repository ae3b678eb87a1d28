/** The arguments of SORT and SORT_RO, read for execution; and read before, for the keys that they are about. */
import { Setting } from '../../channel/control.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { RequestArguments } from '../command.ts';
import { isInSlot, SortPattern } from './sort-pattern.ts';

export interface SortRequest {
  readonly isDescending: boolean;
  readonly isAlphabetic: boolean;
  /** Of several the last. */
  readonly by: SortPattern | undefined;
  /** Any BY without a `*` says: do not sort. */
  readonly isUnsorted: boolean;
  readonly get: readonly SortPattern[];
  /** Elements to pass over; may be negative. */
  readonly offset: number;
  /** Negative: all. */
  readonly count: number;
  /** Argument index of the destination; 0 for none. */
  readonly destination: number;
}

const words = {
  ascending: wordBytes('asc'), descending: wordBytes('desc'), alphabetic: wordBytes('alpha'), limit: wordBytes('limit'),
  store: wordBytes('store'), by: wordBytes('by'), get: wordBytes('get'),
};
const firstOption = 2;
/** Of options with values, how many. */
const valueCounts: ReadonlyMap<string, number> = new Map([['limit', 2], ['store', 1], ['by', 1], ['get', 1]]);

/** Undefined: the call has been answered with an error. */
export function readSortRequest(call: Call, mayStore: boolean): SortRequest | undefined {
  let [isDescending, isAlphabetic, isUnsorted] = [false, false, false];
  let [offset, count, destination] = [0, -1, 0];
  let by: SortPattern | undefined;
  const get: SortPattern[] = [];
  for (let i = firstOption; i < call.argc; i++) {
    const left = call.argc - 1 - i;
    if (call.is(i, words.ascending)) {
      isDescending = false;
    } else if (call.is(i, words.descending)) {
      isDescending = true;
    } else if (call.is(i, words.alphabetic)) {
      isAlphabetic = true;
    } else if (left >= 2 && call.is(i, words.limit)) {
      offset = call.int(++i);
      count = call.int(++i);
      if (Number.isNaN(offset) || Number.isNaN(count)) return refuse(call, errors.notInteger);
    } else if (left >= 1 && mayStore && call.is(i, words.store)) {
      destination = ++i;
    } else if (left >= 1 && call.is(i, words.by)) {
      by = new SortPattern(call.latin1(++i));
      if (!by.namesKeys) isUnsorted = true;
      if (by.namesKeys && isBeyondSlot(call, by)) return refuse(call, errors.sortPatternInCluster('BY'));
    } else if (left >= 1 && call.is(i, words.get)) {
      const pattern = new SortPattern(call.latin1(++i));
      if (!pattern.isElement && isBeyondSlot(call, pattern)) return refuse(call, errors.sortPatternInCluster('GET'));
      get.push(pattern);
    } else {
      return refuse(call, errors.syntax);
    }
  }
  return { isDescending, isAlphabetic, by, isUnsorted, get, offset, count, destination };
}

/** Argument index of the destination, or 0: the last STORE counts. */
export function destinationOf(request: RequestArguments): number {
  let destination = 0;
  eachOption(request, (name, i) => {
    if (name === 'store') destination = i + 1;
  });
  return destination;
}

/** Whether keys are read that no argument names. */
export function readsOtherKeys(request: RequestArguments): boolean {
  let reads = false;
  eachOption(request, (name, i) => {
    if ((name === 'by' || name === 'get') && new SortPattern(request.text(i + 1)).namesKeys) reads = true;
  });
  return reads;
}

function eachOption(request: RequestArguments, visit: (name: string, i: number) => void): void {
  for (let i = firstOption; i < request.argc; i++) {
    const name = request.text(i).toLowerCase();
    const valueCount = valueCounts.get(name) ?? 0;
    if (valueCount === 0 || i + valueCount >= request.argc) continue;
    visit(name, i);
    i += valueCount;
  }
}

/** In a cluster only keys of the sorted key's slot are sure to be on this node. */
function isBeyondSlot(call: Call, pattern: SortPattern): boolean {
  return call.control.settings[Setting.clusterEnabled] === 1 && !isInSlot(pattern, call.slotOf(1));
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
