/** LATENCY: the latency monitor's events, and the histograms of the commands (src/observe/). */
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { ContainerCommand, DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';
import { replyHistograms } from './latency-histogram.ts';

export const latency: ContainerCommand = {
  name: 'latency',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('server', '2.8.13', 'Holds the commands about latency.', 'LATENCY', 'Depends on subcommand.'),
  subcommands: [
    row('doctor', 2, 'Reports on the latency monitor\'s events in words.', 'LATENCY DOCTOR', (call) =>
      call.reply.verbatim('txt', observerOf(call).latencyReport())),
    row('graph', 3, 'Draws the samples of an event.', 'LATENCY GRAPH event', graph),
    helpCommand('LATENCY', '2.8.13', [], [
      'DOCTOR',
      '    Return a human readable latency analysis report.',
      'GRAPH <event>',
      '    Return an ASCII latency graph for the <event> class.',
      'HISTORY <event>',
      '    Return time-latency samples for the <event> class.',
      'LATEST',
      '    Return the latest latency samples for all events.',
      'RESET [<event> ...]',
      '    Reset latency data of one or more <event> classes.',
      '    (default: reset all data for all event classes)',
      'HISTOGRAM [COMMAND ...]',
      '    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.',
      '    If no commands are specified then all histograms are replied.',
    ]),
    row(
      'histogram', -2, 'Counts how long commands took.', 'LATENCY HISTOGRAM [command [command ...]]', replyHistograms,
      '7.0.0', 'O(N) where N is the number of commands with latency information being retrieved.',
    ),
    row('history', 3, 'Gives the samples of an event.', 'LATENCY HISTORY event', history),
    row('latest', 2, 'Gives the newest sample of each event.', 'LATENCY LATEST', latest),
    row('reset', -2, 'Forgets the samples of events.', 'LATENCY RESET [event [event ...]]', (call) =>
      call.reply.integer(observerOf(call).latency.reset(Array.from({ length: call.argc - 2 }, (_, i) => call.latin1(i + 2))))),
  ],
};

function row(
  name: string, arity: number, summary: string, syntax: string, execute: (call: DoorCall) => void, since = '2.8.13', complexity = 'O(1)',
): DoorCommand {
  return {
    name, arity, flags: ['admin', 'noscript', 'loading', 'stale'], acl: [], keys: [], text: about('server', since, summary, syntax, complexity),
    place: 'door', execute,
  };
}

function graph(call: DoorCall): void {
  const event = call.latin1(2);
  const text = observerOf(call).latencyGraph(event, call.nowMs);
  if (text === undefined) call.fail(errors.noLatencySamples(event));
  else call.reply.verbatim('txt', text);
}

function history(call: DoorCall): void {
  const { reply } = call;
  const samples = observerOf(call).latency.event(call.latin1(2))?.samples ?? [];
  reply.array(samples.length);
  for (const { atSeconds, ms } of samples) {
    reply.array(2);
    reply.integer(atSeconds);
    reply.integer(ms);
  }
}

function latest(call: DoorCall): void {
  const { reply } = call;
  const events = observerOf(call).latency.events();
  reply.array(events.length);
  for (const { name, samples, maxMs } of events) {
    const { atSeconds, ms } = samples.at(-1)!;
    reply.array(4);
    reply.bulkString(name);
    reply.integer(atSeconds);
    reply.integer(ms);
    reply.integer(maxMs);
  }
}

/** With the latencies of all commands that were answered before this one. */
function observerOf({ server }: DoorCall): DoorCall['server']['observer'] {
  server.takeReports();
  return server.observer;
}
