/** What the specification leads to expect of the figures of a cluster. */
import { EXTENSION_PREFIX_BYTES, GOSSIP_BYTES, HEADER_BYTES, ID_BYTES } from '../../src/cluster/bus/packet-layout.ts';
import type { FigureOptions } from './figures.ts';

/** Bounds from above, but `gossip`, and `joinMs`, which is a mean. */
export function expectation({ nodeCount, nodeTimeoutMs }: Pick<FigureOptions, 'nodeCount' | 'nodeTimeoutMs'>) {
  /** One a second to a node by chance, and one to every other node that was not heard of for half the timeout. */
  const pings = 1 + (nodeCount - 1) / (nodeTimeoutMs / 2000);
  /** Each is answered by a pong. */
  const messages = 2 * pings;
  const gossip = Math.min(nodeCount - 2, Math.max(3, Math.floor(nodeCount / 10)));
  /** Header with slots, gossip, and the extension with the shard id. */
  const packetBytes = HEADER_BYTES + gossip * GOSSIP_BYTES + EXTENSION_PREFIX_BYTES + ID_BYTES;
  /**
   * Who knows the new node tells of it in gossip/N of its messages. With r of these a second its fame grows as e^rt, and then
   * ignorance shrinks as e^-rt; the first and the last to hear take their time by chance, Euler's constant / r each in the
   * mean. Before that there is the handshake, of some ticks.
   */
  const joinMs = (messagesPerSecond: number): number =>
    (2000 * (Math.log(nodeCount) + 0.58)) / (messagesPerSecond * (gossip / nodeCount)) + 300;
  /** As if N nodes joined at once: the fames grow beside each other, and the last of N * N to hear is waited for, not of N. */
  const formMs = (messagesPerSecond: number): number =>
    joinMs(messagesPerSecond) + (1000 * Math.log(nodeCount)) / (messagesPerSecond * (gossip / nodeCount));
  return {
    pings, messages, gossip, packetBytes, joinMs, formMs,
    bytes: messages * packetBytes,
    /** Nobody can connect any more, which counts as a ping that waits for a timeout; and a second for ticks. */
    killedMs: nodeTimeoutMs + 1000,
    /** A ping goes out at most half a timeout after the last sign of life, and waits for a timeout; and a second for ticks. */
    silentMs: 1.5 * nodeTimeoutMs + 1000,
    /** All have heard. */
    knownMs: 2 * nodeTimeoutMs + 1000,
    /** A primary with slots is taken back two timeouts after it failed, with the next pong; and a second for ticks. */
    backMs: 2.5 * nodeTimeoutMs + 1000,
    /** A primary that is ready does not serve for 2 s; and a second for links and ticks. */
    servesMs: 3000,
  };
}
