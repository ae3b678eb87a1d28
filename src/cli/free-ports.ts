/** Whether the ports of a cluster that is to be made are free, asked by listening on them for a moment. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { busPortOffset } from './arguments.ts';
import { reasonOf } from './reason.ts';
import { CommandError } from './usage.ts';

/** Throws CommandError that names those which cannot be had, for clients and for the bus. */
export async function checkPorts(host: string, ports: readonly number[]): Promise<void> {
  const wanted = ports.flatMap((port) => [
    { port, what: `port ${port}` }, { port: port + busPortOffset, what: `port ${port + busPortOffset} (the bus port of node ${port})` },
  ]);
  const refusals: string[] = [];
  for (const { port, what } of wanted) {
    const reason = await whyNot(host, port);
    if (reason !== undefined) refusals.push(`${what}: ${reason}`);
  }
  if (refusals.length > 0) throw new CommandError(`cannot listen on ${host}\n${refusals.map((refusal) => `    ${refusal}`).join('\n')}`);
}

async function whyNot(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    return reasonOf(error);
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
