/** What `tessera cluster` says about itself, and what it says when it was asked in a wrong way. */

/** The arguments make no sense: the message and the usage are shown, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for cannot be done, for a reason to show as it is: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const clusterUsage = `Usage: tessera cluster create --dir DIR [--nodes 3] [--base-port 7000] [--shards N] [--tls …] [-- directives]
       tessera cluster status HOST:PORT | --dir DIR
       tessera cluster stop --dir DIR
       tessera cluster start --dir DIR

create   makes a cluster on this machine: a node on each port from the base port on, in DIR/<port>.
         The directives are for every node: -- --maxmemory 1gb --appendonly yes
stop     stops the nodes of DIR; their files stay.
start    starts the nodes of DIR that do not run.
status   draws slots, nodes, shards and load of a cluster. Exit code 0: it is well, 1: it is not.

Options of create:
  -d, --dir DIR        directory of the cluster; it must be empty, or not there yet
  -n, --nodes N        how many nodes, 1 to 100 (3)
  -p, --base-port P    client port of the first node; its bus port is P + 10000 (7000)
      --shards N       shards of each node (the cores of this machine, dealt out over the nodes)
      --tls            clients and nodes talk over TLS alone, with certificates that you have:
                       --tls-cert-file FILE --tls-key-file FILE --tls-ca-cert-file FILE

Options of status:
  -d, --dir DIR        a cluster made by create, also while none of its nodes runs
      --shards         a line for each shard, however many there are
      --json           everything it knows, for programs
  -s, --socket PATH    ask the node at this unix socket first
      --user NAME, -a, --pass PASSWORD (or REDISCLI_AUTH in the environment)
      --tls, --cacert FILE, --cert FILE, --key FILE, --sni NAME, --insecure
`;
