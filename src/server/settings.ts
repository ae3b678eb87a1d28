/** Carries the configuration to where it acts: the shards' settings, the door's limits, the logs. */
import type { ServerLogger } from '../base/server-logger.ts';
import { Setting, SlotMetric } from '../channel/control.ts';
import type { ConfigValues, OptionName } from '../config/options.ts';
import type { Server } from './server.ts';

/** Up to where values stay compact. */
const valueLimits = [
  ['hash-max-listpack-entries', Setting.hashMaxListpackEntries],
  ['hash-max-listpack-value', Setting.hashMaxListpackValue],
  ['list-max-listpack-size', Setting.listMaxListpackSize],
  ['set-max-intset-entries', Setting.setMaxIntsetEntries],
  ['set-max-listpack-entries', Setting.setMaxListpackEntries],
  ['set-max-listpack-value', Setting.setMaxListpackValue],
  ['zset-max-listpack-entries', Setting.zsetMaxListpackEntries],
  ['zset-max-listpack-value', Setting.zsetMaxListpackValue],
  ['stream-node-max-bytes', Setting.streamNodeMaxBytes],
  ['stream-node-max-entries', Setting.streamNodeMaxEntries],
  ['hll-sparse-max-bytes', Setting.hllSparseMaxBytes],
] as const;

/** Applies every value once and again whenever CONFIG SET changes it. */
export function followSettings(server: Server, logger: ServerLogger): void {
  server.setting(Setting.activeExpire, 1);
  server.setting(Setting.clusterEnabled, server.config.values['cluster-enabled'] ? 1 : 0);
  const follow = (names: readonly OptionName[], apply: (values: ConfigValues) => void): void => {
    apply(server.config.values);
    server.config.onChange(names, apply);
  };
  follow(['maxmemory'], (values) => server.setting(Setting.maxmemory, values.maxmemory));
  follow(['active-expire-effort'], (values) => server.setting(Setting.activeExpireEffort, values['active-expire-effort']));
  for (const [name, setting] of valueLimits) follow([name], (values) => server.setting(setting, values[name]));
  follow(['lazyfree-lazy-user-flush'], (values) => server.setting(Setting.lazyUserFlush, values['lazyfree-lazy-user-flush'] ? 1 : 0));
  follow(['slowlog-log-slower-than'], (values) => server.setting(Setting.slowerThanUs, values['slowlog-log-slower-than']));
  follow(['latency-monitor-threshold'], (values) => server.setting(Setting.latencyThresholdMs, values['latency-monitor-threshold']));
  follow(['latency-tracking'], (values) => server.setting(Setting.latencyTracking, values['latency-tracking'] ? 1 : 0));
  follow(['cluster-slot-stats-enabled'], (values) => server.slotStatistics.count(slotMetricsOf(values)));
  follow(['proto-max-bulk-len'], (values) => {
    server.limits.maxBulkBytes = values['proto-max-bulk-len'];
    server.setting(Setting.maxBulkBytes, values['proto-max-bulk-len']);
  });
  follow(['slowlog-max-len', 'slowlog-entry-max-argc', 'slowlog-entry-max-string-len'], (values) =>
    server.slowLog.setLimits(values['slowlog-max-len'], values['slowlog-entry-max-argc'], values['slowlog-entry-max-string-len']));
  follow(['loglevel'], (values) => logger.setLevel(values.loglevel));
}

/** SlotMetric bits. */
function slotMetricsOf(values: ConfigValues): number {
  const wanted = values['cluster-slot-stats-enabled'];
  if (!values['cluster-enabled']) return 0;
  return (wanted.includes('cpu') ? SlotMetric.cpu : 0) | (wanted.includes('net') ? SlotMetric.net : 0);
}
