/** The process: threads, start, logs, title, shutdown. */
import { availableParallelism } from 'node:os';
import { int32Max, integer, oneOf, text, yesNo } from '../kinds.ts';
import { oomScores, shutdownFlags } from '../list-kinds.ts';
import { isTitleTemplate } from '../title-template.ts';
import { atStart, awaits, foreign } from './traits.ts';

/** Each shard is a thread with its own memory; slots are dealt out over them. */
const shardCountMax = 128;

const syslog = { ...atStart, ...foreign('logs go to a file or to standard output') };

export const processOptions = {
  shards: integer(Math.min(shardCountMax, Math.max(1, availableParallelism() - 1)), 1, shardCountMax, atStart),
  daemonize: yesNo(false, atStart),
  pidfile: text('', atStart),
  supervised: oneOf('no', ['upstart', 'systemd', 'auto', 'no'], { ...atStart, ...foreign('start it as a simple service') }),
  loglevel: oneOf('notice', ['debug', 'verbose', 'notice', 'warning', 'nothing']),
  logfile: text('', atStart),
  'log-format': oneOf('legacy', ['legacy', 'logfmt'], { ...atStart, ...foreign('logs are readable lines on a terminal and JSON elsewhere') }),
  'log-timestamp-format': oneOf('legacy', ['legacy', 'iso8601', 'milliseconds'], { ...atStart, ...foreign('log times are ISO 8601') }),
  'hide-user-data-from-log': yesNo(true, foreign('logs never hold data of users')),
  'syslog-enabled': yesNo(false, syslog),
  'syslog-ident': text('redis', syslog),
  'syslog-facility': oneOf('local0', ['user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'], syslog),
  'crash-log-enabled': yesNo(true, foreign('a fault is always logged')),
  'crash-memcheck-enabled': yesNo(true, foreign('memory is not tested after a fault')),
  'use-exit-on-panic': yesNo(false, { hidden: true, ...foreign('a fault always exits') }),
  'debug-context': text('', { hidden: true, ...foreign('a fault is always logged') }),
  'always-show-logo': yesNo(false, atStart),
  'set-proc-title': yesNo(true, atStart),
  'proc-title-template': text('{title} {listen-addr} {server-mode}', {
    check: (template) => (isTitleTemplate(template) ? undefined : 'template format is invalid or contains unknown variables'),
  }),
  'shutdown-timeout': integer(10, 0, int32Max, awaits('replication')),
  'shutdown-on-sigint': shutdownFlags(),
  'shutdown-on-sigterm': shutdownFlags(),
  'locale-collate': text('', awaits('SORT')),

  'oom-score-adj': oneOf('no', ['no', 'yes', 'relative', 'absolute'], foreign('set it with the service manager'), { relative: 'yes' }),
  'oom-score-adj-values': oomScores([0, 200, 800], foreign('set it with the service manager')),
  'disable-thp': yesNo(true, { ...atStart, ...foreign('there is no fork that huge pages could slow down') }),
  'server-cpulist': text('', { ...atStart, aliases: ['server_cpulist'], ...foreign('threads are not pinned') }),
  'bio-cpulist': text('', { ...atStart, aliases: ['bio_cpulist'], ...foreign('threads are not pinned') }),
  'aof-rewrite-cpulist': text('', { ...atStart, aliases: ['aof_rewrite_cpulist'], ...foreign('threads are not pinned') }),
  'bgsave-cpulist': text('', { ...atStart, aliases: ['bgsave_cpulist'], ...foreign('threads are not pinned') }),
  'ignore-warnings': text('', foreign('there are no system warnings to ignore')),
  'watchdog-period': integer(0, 0, int32Max, { hidden: true, ...foreign('each shard is watched by the front door') }),
};
