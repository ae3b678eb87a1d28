/** INFO persistence, stats, keyspace, commandstats, errorstats and latencystats: what has happened. */
import { Counter, errorPrefixes } from '../../channel/shard-stats.ts';
import { percentileUs } from '../command-statistics.ts';
import { databaseKeys } from '../memory-figures.ts';
import { allStats, counted } from './info-source.ts';
import { hundredths, type Field, type InfoContext } from './section.ts';

export function persistenceFields({ source }: InfoContext): readonly Field[] {
  return [
    ['loading', source.door.loading ? 1 : 0],
    ['aof_enabled', source.config.values.appendonly ? 1 : 0],
    ['aof_last_write_status', source.logControl.error === 0 ? 'ok' : 'err'],
  ];
}

export function statsFields(context: InfoContext): readonly Field[] {
  const { source, sampler, traffic } = context;
  const { receivedBytes, writtenBytes } = traffic.measure();
  return [
    ['total_connections_received', source.connectionsReceived],
    ['total_commands_processed', traffic.commandCount],
    ['instantaneous_ops_per_sec', Math.floor(sampler.commands.perSecond)],
    ['total_net_input_bytes', receivedBytes],
    ['total_net_output_bytes', writtenBytes],
    ['instantaneous_input_kbps', hundredths(sampler.inputBytes.perSecond / 1024)],
    ['instantaneous_output_kbps', hundredths(sampler.outputBytes.perSecond / 1024)],
    ['rejected_connections', traffic.rejectedCount],
    ['expired_keys', counted(source, Counter.expiredKeys)],
    ['expired_subkeys', counted(source, Counter.expiredFields)],
    ['expired_time_cap_reached_count', counted(source, Counter.expiredTimeCapReached)],
    ['expire_cycle_cpu_milliseconds', Math.floor(counted(source, Counter.expireCycleUs) / 1000)],
    ['keyspace_hits', counted(source, Counter.keyspaceHits)],
    ['keyspace_misses', counted(source, Counter.keyspaceMisses)],
    ['migrate_cached_sockets', source.keyMigrations.cachedCount],
    ['total_error_replies', errorCounts(context).reduce((sum, { count }) => sum + count, 0)],
  ];
}

export function commandFields({ commands }: InfoContext): readonly Field[] {
  return commands.counts().map(({ name, calls, us, rejected, failed }) => [
    `cmdstat_${name}`,
    `calls=${calls},usec=${Math.round(us)},usec_per_call=${hundredths(calls === 0 ? 0 : us / calls)},rejected_calls=${rejected},failed_calls=${failed}`,
  ]);
}

export function errorFields(context: InfoContext): readonly Field[] {
  return errorCounts(context).map(({ prefix, count }) => [`errorstat_${prefix}`, `count=${count}`]);
}

export function latencyFields({ source, commands }: InfoContext): readonly Field[] {
  if (!source.config.values['latency-tracking']) return [];
  const percentiles = source.config.values['latency-tracking-info-percentiles'];
  return commands.histograms().map((histogram) => [
    `latency_percentiles_usec_${histogram.name}`,
    percentiles.map((percentile) => `p${percentile}=${percentileUs(histogram, percentile).toFixed(3)}`).join(','),
  ]);
}

export function keyspaceFields({ source }: InfoContext): readonly Field[] {
  return databaseKeys(source).flatMap(({ keyCount, volatileCount }, db): Field[] =>
    keyCount === 0 ? [] : [[`db${db}`, `keys=${keyCount},expires=${volatileCount}`]]);
}

function errorCounts({ source }: InfoContext): { prefix: string; count: number }[] {
  const counts = errorPrefixes.map((prefix, i) => ({ prefix, count: allStats(source).reduce((sum, stats) => sum + stats.errors(i), 0) }));
  return counts.filter(({ count }) => count > 0).toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
}
