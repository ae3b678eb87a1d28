/**
 * Command tips, for proxies and clients that speak to many nodes: how to spread a request over the
 * nodes, how to put the replies together, and whether a reply differs from call to call. COMMAND
 * INFO shows them; this server does not act on them.
 */
const random = 'nondeterministic_output';
const unordered = 'nondeterministic_output_order';
const everyNode = 'request_policy:all_nodes';
const everyShard = 'request_policy:all_shards';
const splitByKeys = 'request_policy:multi_shard';
const unlikeOthers = 'request_policy:special';
const allSucceed = 'response_policy:all_succeeded';
const sum = 'response_policy:agg_sum';
const least = 'response_policy:agg_min';
const mergedByHand = 'response_policy:special';

const tips: readonly (readonly [tips: readonly string[], names: string])[] = [
  [[random], 'client|info client|list cluster|bumpepoch cluster|count-failure-reports cluster|getkeysinslot cluster|info cluster|links'],
  [[random], 'cluster|nodes cluster|replicas cluster|shards cluster|slaves cluster|slots object|encoding object|freq object|idletime'],
  [[random], 'migrate object|refcount pttl time ttl'],
  [[random], 'zrandmember zscan'],
  [[random], 'dump spop srandmember sscan'],
  [[random], 'hrandfield hscan'],
  [[random], 'xadd xautoclaim xclaim xinfo|consumers xpending xtrim'],
  [[unordered], 'hgetall hkeys hvals'],
  [[unordered], 'command command|docs command|info command|list'],
  [[unordered], 'sdiff sinter smembers sunion'],
  [[splitByKeys, allSucceed], 'mset'],
  [[splitByKeys], 'mget'],
  [[splitByKeys, sum], 'del exists touch unlink'],
  [[splitByKeys, least], 'msetnx'],
  [[everyNode, allSucceed], 'config|set latency|reset slowlog|reset'],
  [[everyNode, random], 'slowlog|get'],
  [[everyNode, sum, random], 'slowlog|len'],
  [[random, everyNode, mergedByHand], 'latency|doctor latency|graph latency|histogram latency|history latency|latest'],
  [[everyShard, allSucceed], 'flushall flushdb memory|purge ping'],
  [[everyShard, sum], 'dbsize'],
  [[everyShard, random], 'randomkey'],
  [[everyShard, unordered], 'keys'],
  [[random, everyShard], 'cluster|slot-stats'],
  [[random, everyShard, mergedByHand], 'info memory|doctor memory|malloc-stats memory|stats'],
  [[random, unlikeOthers], 'scan'],
];

const tipsByName: ReadonlyMap<string, readonly string[]> = new Map(
  tips.flatMap(([some, names]) => names.split(' ').map((name) => [name, some] as const)),
);

/** `name` in full: `config|set`. */
export function tipsOf(name: string): readonly string[] {
  return tipsByName.get(name) ?? [];
}

export function tippedNames(): readonly string[] {
  return [...tipsByName.keys()];
}
