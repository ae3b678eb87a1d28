/** Figures of a cluster, measured and expected, to read. */
import { expectation } from './figures-expected.ts';
import { measure } from './figures.ts';
import type { Detection, FigureOptions, Figures } from './figures.ts';

const nameWidth = 46;
const measuredWidth = 30;

/** At a short timeout there is so much traffic that less time tells as much. */
export const restMsOf = (nodeTimeoutMs: number): number => Math.min(60_000, 10 * nodeTimeoutMs);

export function figuresTable(options: FigureOptions): string {
  const { seed, nodeCount, nodeTimeoutMs, restMs } = options;
  const title = `${nodeCount} nodes, cluster-node-timeout ${nodeTimeoutMs} ms, ${restMs / 1000} s at rest, seed ${seed}`;
  return [title, line('', 'measured', 'expected'), ...rows(measure(options), options), ''].join('\n');
}

function rows({ messages, bytes, gossip, joinsMs, killed, silent }: Figures, options: FigureOptions): string[] {
  const expected = expectation(options);
  const limit = `${seconds(expected.knownMs)} = 2 timeouts + 1 s`;
  return [
    line('messages sent per node and second', messages.toFixed(1), `<= ${expected.messages.toFixed(1)} = 2 * (1 + (N - 1) / (timeout / 2))`),
    line('KiB sent per node and second', kib(bytes), `<= ${kib(expected.bytes)} = messages * bytes of one`),
    line('bytes of one message', (bytes / messages).toFixed(0), `${expected.packetBytes} = 2256 + 104 * gossip + 48 for the shard id`),
    line('entries of gossip, mean and most', `${gossip.mean.toFixed(2)}, ${gossip.most}`, `${expected.gossip} = max(3, N / 10)`),
    line(`a node joins: all know it (${joinsMs.length})`, times(joinsMs), `about ${seconds(expected.joinMs(messages))} = 2 (ln N + 0.58) / (messages measured * gossip / N) + 0.3 s`),
    ...detectionRows('a process ends', killed, `${seconds(expected.killedMs)} = timeout + 1 s`, limit),
    ...detectionRows('a host is gone', silent, `${seconds(expected.silentMs)} = 1.5 timeouts + 1 s`, limit),
  ];
}

function detectionRows(what: string, found: readonly Detection[], suspected: string, known: string): string[] {
  return [
    line(`${what}: the first suspects it (${found.length})`, times(found.map((each) => each.suspectedMs)), `<= ${suspected}`),
    line(`${what}: the first finds it failed`, times(found.map((each) => each.agreedMs)), `<= ${known}`),
    line(`${what}: all take it for failed`, times(found.map((each) => each.knownMs)), `<= ${known}`),
  ];
}

function line(name: string, measured: string, expected: string): string {
  return `  ${name.padEnd(nameWidth)}${measured.padEnd(measuredWidth)}${expected}`.trimEnd();
}

function times(ms: readonly number[]): string {
  const sorted = ms.toSorted((one, other) => one - other);
  return `median ${seconds(sorted[sorted.length >> 1]!)}, most ${seconds(sorted.at(-1)!)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
