/** INFO server, clients, cpu, replication and cluster: the node itself. */
import { machine, release, type } from 'node:os';
import { tesseraVersion } from '../../config/version.ts';
import type { Field, InfoContext } from './section.ts';

const secondsPerDay = 86_400;
const usPerSecond = 1_000_000;

export function serverFields({ source, nowMs }: InfoContext): readonly Field[] {
  const { values, filePath } = source.config;
  const uptimeSeconds = Math.floor((nowMs - source.startedMs) / 1000);
  return [
    ['redis_version', source.version],
    ['tessera_version', tesseraVersion],
    ['node_version', process.versions.node],
    ['redis_mode', values['cluster-enabled'] ? 'cluster' : 'standalone'],
    ['os', `${type()} ${release()} ${machine()}`],
    ['arch_bits', 64],
    ['process_id', process.pid],
    ['run_id', source.runId],
    ['tcp_port', values.port || values['tls-port']],
    ['server_time_usec', Math.floor(nowMs * 1000)],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / secondsPerDay)],
    ['lru_clock', Math.floor(nowMs / 1000) & 0xffffff],
    ['executable', process.execPath],
    ['config_file', filePath ?? ''],
  ];
}

export function clientFields({ source, sampler, nowMs }: InfoContext): readonly Field[] {
  return [
    ['connected_clients', source.door.sessionCount],
    ['maxclients', source.config.values.maxclients],
    ['client_recent_max_input_buffer', sampler.inputBuffer.get(nowMs)],
    ['client_recent_max_output_buffer', sampler.outputBuffer.get(nowMs)],
    // No command of this version blocks.
    ['blocked_clients', 0],
  ];
}

export function cpuFields(): readonly Field[] {
  const all = process.cpuUsage();
  const door = process.threadCpuUsage();
  return [
    ['used_cpu_sys', seconds(all.system)],
    ['used_cpu_user', seconds(all.user)],
    ['used_cpu_sys_main_thread', seconds(door.system)],
    ['used_cpu_user_main_thread', seconds(door.user)],
  ];
}

/** This version has no replication: a node is nobody's replica. */
export function replicationFields(): readonly Field[] {
  return [['role', 'master'], ['connected_slaves', 0]];
}

export function clusterFields({ source }: InfoContext): readonly Field[] {
  return [['cluster_enabled', source.config.values['cluster-enabled'] ? 1 : 0]];
}

function seconds(us: number): string {
  return (us / usPerSecond).toFixed(6);
}
