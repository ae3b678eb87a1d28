/** Slow log, latency, events and scripts. */
import { int32Max, int64Max, integer, yesNo } from '../kinds.ts';
import { eventFlags, percentiles } from '../list-kinds.ts';
import { awaits } from './traits.ts';

export const observeOptions = {
  'slowlog-log-slower-than': integer(10_000, -1, int64Max, { aliases: ['commandlog-execution-slower-than'] }),
  'slowlog-max-len': integer(128, 0, int64Max, { aliases: ['commandlog-slow-execution-max-len'] }),
  'slowlog-entry-max-argc': integer(32, 2, int32Max),
  'slowlog-entry-max-string-len': integer(128, 1, int32Max),
  'commandlog-request-larger-than': integer(2 ** 20, -1, int64Max, awaits('log of large commands')),
  'commandlog-large-request-max-len': integer(128, 0, int64Max, awaits('log of large commands')),
  'commandlog-reply-larger-than': integer(2 ** 20, -1, int64Max, awaits('log of large commands')),
  'commandlog-large-reply-max-len': integer(128, 0, int64Max, awaits('log of large commands')),
  'latency-monitor-threshold': integer(0, 0, int64Max),
  'latency-tracking': yesNo(true),
  'latency-tracking-info-percentiles': percentiles([50, 99, 99.9]),
  'key-memory-histograms': yesNo(false, awaits('histograms of key sizes')),
  'notify-keyspace-events': eventFlags(awaits('keyspace events')),
  'busy-reply-threshold': integer(5000, 0, int64Max, { aliases: ['lua-time-limit'], ...awaits('scripts') }),
  'lua-enable-insecure-api': yesNo(false, { aliases: ['lua-enable-deprecated-api'], ...awaits('scripts') }),
};
