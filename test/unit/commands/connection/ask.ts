/** Asks a door of its own, without shards' help, and gives the reply as text. */
import type { DoorRig, RigClient } from '../../routing/door-rig.ts';

/** The bytes that one line is answered with, one character a byte. */
export async function ask(rig: DoorRig, client: RigClient, line: string): Promise<string> {
  const before = client.received.length;
  client.send(line);
  await rig.drain();
  return client.received.slice(before);
}

/** The ids of the clients that CLIENT LIST shows, in its order; the reply itself if it is an error. */
export async function listed(rig: DoorRig, client: RigClient, filters: string): Promise<number[] | string> {
  const reply = await ask(rig, client, `CLIENT LIST ${filters}`);
  return reply.startsWith('-') ? reply.slice(1, -2) : [...reply.matchAll(/^id=(\d+) /gm)].map((match) => Number(match[1]));
}

export function fieldsOf(line: string): Record<string, string> {
  return Object.fromEntries(line.trim().split(' ').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]));
}
