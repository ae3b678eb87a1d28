/** What `ps` shows: the title made from proc-title-template. */
import { fillTitle } from '../config/title-template.ts';

export interface TitleSettings {
  readonly bind: readonly string[];
  readonly port: number;
  readonly 'tls-port': number;
  readonly unixsocket: string;
  readonly 'cluster-enabled': boolean;
  readonly 'proc-title-template': string;
}

/** `configFile` is the absolute path, or empty. */
export function processTitle(settings: TitleSettings, configFile: string): string {
  const { bind, port, unixsocket } = settings;
  const tlsPort = settings['tls-port'];
  const listenPort = port || tlsPort;
  const title = fillTitle(settings['proc-title-template'], {
    title: 'tessera',
    'listen-addr': listenPort === 0 ? unixsocket : `${bind[0] ?? '*'}:${listenPort}`,
    'server-mode': settings['cluster-enabled'] ? '[cluster]' : '',
    port: String(port),
    'tls-port': String(tlsPort),
    unixsocket,
    'config-file': configFile,
  });
  return title ?? 'tessera';
}
