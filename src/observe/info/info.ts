/**
 * INFO's text: which sections a request means, and how they are written. A field that this server
 * cannot fill truthfully is not there.
 */
import { memoryFields } from './memory-section.ts';
import type { InfoContext, Section } from './section.ts';
import { clientFields, clusterFields, cpuFields, replicationFields, serverFields } from './server-section.ts';
import { shardFields } from './shards-section.ts';
import {
  commandFields, errorFields, keyspaceFields, latencyFields, persistenceFields, statsFields,
} from './stats-section.ts';

/** In the order in which they are written. */
const sections: readonly Section[] = [
  { title: 'Server', names: ['server'], isDefault: true, fields: serverFields },
  { title: 'Clients', names: ['clients'], isDefault: true, fields: clientFields },
  { title: 'Memory', names: ['memory'], isDefault: true, fields: memoryFields },
  { title: 'Persistence', names: ['persistence'], isDefault: true, fields: persistenceFields },
  { title: 'Stats', names: ['stats'], isDefault: true, fields: statsFields },
  { title: 'Replication', names: ['replication'], isDefault: true, fields: replicationFields },
  { title: 'CPU', names: ['cpu'], isDefault: true, fields: cpuFields },
  { title: 'Modules', names: ['modules', 'module_list'], isDefault: true, fields: () => [] },
  { title: 'Commandstats', names: ['commandstats'], isDefault: false, fields: commandFields },
  { title: 'Errorstats', names: ['errorstats'], isDefault: true, fields: errorFields },
  { title: 'Latencystats', names: ['latencystats'], isDefault: false, fields: latencyFields },
  { title: 'Cluster', names: ['cluster'], isDefault: true, fields: clusterFields },
  { title: 'Keyspace', names: ['keyspace'], isDefault: true, fields: keyspaceFields },
  { title: 'Shards', names: ['shards'], isDefault: true, fields: shardFields },
];

/** `wanted` are the words of the request in any case; none mean the default. Unknown ones add nothing. */
export function infoText(wanted: readonly string[], context: InfoContext): string {
  const words = wanted.length === 0 ? ['default'] : wanted.map((word) => word.toLowerCase());
  const chosen = sections.filter((section) => words.some((word) => asksFor(word, section)));
  return chosen.map((section) => sectionText(section, context)).join('\r\n');
}

function asksFor(word: string, { names, isDefault }: Section): boolean {
  return names.includes(word) || word === 'all' || word === 'everything' || (word === 'default' && isDefault);
}

function sectionText({ title, fields }: Section, context: InfoContext): string {
  const lines = fields(context).map(([name, value]) => `${name}:${value}`);
  return [`# ${title}`, ...lines].map((line) => `${line}\r\n`).join('');
}
