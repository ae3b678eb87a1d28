/** What the server shows of itself at start: tiles, and the facts a person looks for first. */
export interface LogoFacts {
  readonly version: string;
  readonly nodeVersion: string;
  readonly mode: string;
  readonly port: number;
  readonly shardCount: number;
  readonly pid: number;
}

export function logoText({ version, nodeVersion, mode, port, shardCount, pid }: LogoFacts): string {
  return `
   ___ ___ ___
  |\\ /|\\ /|\\ /|    Tessera ${version} (Node ${nodeVersion})
  |_X_|_X_|_X_|
  |/ \\|/ \\|/ \\|    Running in ${mode} mode, ${shardCount} ${shardCount === 1 ? 'shard' : 'shards'}
  |\\ /|\\ /|\\ /|    Port: ${port}
  |_X_|_X_|_X_|    PID: ${pid}
  |/ \\|/ \\|/ \\|

`;
}
