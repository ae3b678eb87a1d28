/** LATENCY HISTOGRAM: for each command, how many calls took less than so many microseconds. */
import type { DoorCall } from '../door-call.ts';

export function replyHistograms(call: DoorCall): void {
  const { commands } = call.server.observer;
  const histograms = commands.histograms(nameFilter(call));
  call.reply.map(histograms.length);
  for (const histogram of histograms) {
    const steps = commands.cumulativeCounts(histogram);
    call.reply.bulkString(histogram.name);
    call.reply.map(2);
    call.reply.bulkString('calls');
    call.reply.integer(histogram.total);
    call.reply.bulkString('histogram_usec');
    call.reply.map(steps.length);
    for (const { us, count } of steps) {
      call.reply.integer(us);
      call.reply.integer(count);
    }
  }
}

/** A container stands for all its subcommands; without arguments every command is meant. */
function nameFilter(call: DoorCall): (name: string) => boolean {
  if (call.argc === 2) return () => true;
  const asked = Array.from({ length: call.argc - 2 }, (_, i) => call.server.commandIndex.find(call.latin1(i + 2)));
  const names = new Set(asked.flatMap((command) => (command === undefined ? [] : [command, ...command.subcommands])).map(({ name }) => name));
  return (name) => names.has(name);
}
