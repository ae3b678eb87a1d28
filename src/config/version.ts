/** What this program says about itself when asked for its version or for help. */

/** The same as in package.json. */
export const tesseraVersion = '0.1.0';

/**
 * The version that clients are told (HELLO, INFO redis_version), because many look at it to know which commands
 * there are. 7.4 is the newest whose commands are all meant to be here; from 8.0 on clients expect query engine,
 * JSON and vector sets. Our own version stands beside it.
 */
export const redisVersion = '7.4.0';

export function versionText(): string {
  return `Tessera server v=${tesseraVersion} node=${process.version} bits=64`;
}

export const usageText = `Usage: tessera [/path/to/cluster.conf] [options] [-]
       tessera - (read config from stdin)
       tessera -v or --version
       tessera -h or --help
       tessera cluster --help (make, look at, stop a cluster on this machine)

Examples:
       tessera (run the server with default conf)
       echo 'maxmemory 128mb' | tessera -
       tessera /etc/tessera/6379.conf
       tessera --port 7777
       tessera --port 7777 --shards 4 --cluster-enabled yes
       tessera /etc/tessera/cluster.conf --loglevel verbose -

Every directive of cluster.conf can be given as an option; options come after the file and win over it.
`;
