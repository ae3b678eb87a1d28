/** What a person can do with a cluster that runs, as commands to copy. */
import type { LocalNode } from './local-nodes.ts';
import type { Paint } from './table.ts';

export function nextSteps({ host, port, keepsData, access }: LocalNode, dir: string, paint: Paint): string[] {
  const password = access.login === undefined ? '' : ' --askpass';
  const { certFile = '', keyFile = '', caFile = '' } = access.tls ?? {};
  const tls = access.tls === undefined ? '' : ` --tls --cert ${shellWord(certFile)} --key ${shellWord(keyFile)} --cacert ${shellWord(caFile)}`;
  const self = `${selfName(process.env['npm_lifecycle_event'])} cluster`;
  const steps = [
    [`redis-cli -c -h ${host} -p ${port}${tls}${password}`, 'use it'],
    [`${self} status --dir ${shellWord(dir)}`, 'look at it'],
    [`${self} stop --dir ${shellWord(dir)}`, keepsData ? 'stop it; start it again with start' : 'stop it; the data is in memory only'],
  ] as const;
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    ...steps.map(([command, purpose]) => `  ${command.padEnd(width)}  ${paint('dim', `# ${purpose}`)}`),
    ...(keepsData ? [] : ['', 'To keep data in files: create … -- --appendonly yes']),
  ];
}

/** How this program was called, so that its next call can be copied. */
export function selfName(npmEvent: string | undefined): string {
  if (npmEvent === 'start') return 'npm start --';
  return npmEvent === 'npx' ? 'npx tessera' : 'tessera';
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
