/** A certificate authority with a server and a client certificate, made for one test run. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir } from './temp-dir.ts';

export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
}

let made: Certificates | undefined;

/** Paths of PEM files for localhost and 127.0.0.1; made once a process with the openssl binary. */
export function certificates(): Certificates {
  made ??= make(makeTempDir('tls'));
  return made;
}

function make(dir: string): Certificates {
  const at = (name: string): string => join(dir, name);
  openssl(
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca ` +
      `-keyout ${at('ca.key')} -out ${at('ca.crt')}`,
  );
  writeFileSync(at('names.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  for (const name of ['server', 'client']) {
    openssl(
      `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} ` +
        `-keyout ${at(name)}.key -out ${at(name)}.csr`,
    );
    openssl(
      `x509 -req -days 2 -in ${at(name)}.csr -CA ${at('ca.crt')} -CAkey ${at('ca.key')} -CAcreateserial ` +
        `-extfile ${at('names.ext')} -out ${at(name)}.crt`,
    );
  }
  return {
    caFile: at('ca.crt'),
    certFile: at('server.crt'),
    keyFile: at('server.key'),
    clientCertFile: at('client.crt'),
    clientKeyFile: at('client.key'),
  };
}

function openssl(args: string): void {
  execFileSync('openssl', args.split(' '), { stdio: 'pipe' });
}
