/**
 * Transcripts: small clusters as texts that explain the protocol. A file begins with what it shows and a script, and has
 * behind a line `---` what the script led to. Times are in seconds; pings and pongs are counted only.
 *
 *   nodes N                        how many nodes there are: n1, n2, ...
 *   form P [one-epoch]             they are a cluster of P primaries with all slots, and replicas in turn
 *   alone                          they start and know nobody
 *   meet A B                       as CLUSTER MEET; so are slots (ADDSLOTSRANGE), epoch (SET-CONFIG-EPOCH), bump, replicate
 *   setslot A SLOT importing B     as CLUSTER SETSLOT; also migrating and node
 *   crash A, start A, cut A B | C D, heal
 *   pass MS                        lets time go by
 *   show A ...                     what these nodes know
 */
import { startFormed, introduce, replicate } from './formation.ts';
import { SimNode } from './sim-node.ts';
import { viewLines } from './trace.ts';
import { World } from './world.ts';

const separator = '---\n';
const seed = 1;

export interface Transcript {
  readonly title: string;
  /** Title and script, as they stand in the file. */
  readonly head: string;
  readonly recorded: string;
}

export function readTranscript(text: string): Transcript {
  const [head = '', recorded = ''] = text.split(separator);
  const [title = ''] = head.split('\n');
  return { title: title.replace(/^# /, ''), head, recorded };
}

/** The whole file with what its script leads to now. */
export function record({ head }: Transcript): string {
  return `${head}${separator}${new Play(head).lines.map((line) => `${line}\n`).join('')}`;
}

type Step = (...words: string[]) => void;

class Play {
  readonly lines: string[] = [];
  #world: World | undefined;
  #greetings = 0;

  readonly #steps: Readonly<Record<string, Step>> = {
    nodes: (count) => {
      this.#world = new World({ seed, nodeCount: Number(count), trace: (line) => this.#note(line) });
    },
    form: (primaryCount, how) => startFormed(this.#the, { primaryCount: Number(primaryCount), collides: how === 'one-epoch' }),
    alone: () => this.#the.nodes.forEach((node) => node.start()),
    meet: (one, other) => introduce(this.#node(one), this.#node(other)),
    slots: (name, start, end) => this.#tell(name, `to take slots ${start}-${end}`, (it) => it.changeSlotRanges('add', [start!, end!])),
    epoch: (name, epoch) => this.#tell(name, `that its epoch is ${epoch}`, (it) => it.setConfigEpoch(BigInt(epoch!))),
    bump: (name) => this.#tell(name, 'to bump its epoch', (it) => it.bumpEpoch()),
    replicate: (name, primary) => this.#refuse(replicate(this.#node(name), this.#node(primary))),
    setslot: (name, slot, state, other) =>
      this.#tell(name, `slot ${slot} ${state} ${other}`, (it) => it.setSlot([slot!, state!, this.#node(other).lastId])),
    crash: (name) => this.#node(name).crash(),
    start: (name) => this.#node(name).start(),
    cut: (...names) => this.#cut(names.join(' ').split(' | ').map((group) => group.split(' ').map((name) => this.#node(name)))),
    heal: () => this.#the.network.heal(),
    pass: (ms) => this.#pass(Number(ms)),
    show: (...names) => names.forEach((name) => this.#show(this.#node(name))),
  };

  constructor(head: string) {
    for (const line of head.split('\n').slice(1)) {
      if (line === '' || line.startsWith('#')) continue;
      const [name = '', ...words] = line.split(' ');
      const step = this.#steps[name];
      if (step === undefined) throw new Error(`a script has no step "${line}"`);
      if (name !== 'nodes' && name !== 'show') this.lines.push('', `> ${line}`);
      step(...words);
    }
  }

  get #the(): World {
    if (this.#world === undefined) throw new Error('a script begins with its nodes');
    return this.#world;
  }

  #node(name = ''): SimNode {
    return this.#the.node(name);
  }

  #tell(name: string | undefined, what: string, run: Parameters<SimNode['command']>[1]): void {
    this.#refuse(this.#node(name).command(what, run));
  }

  #refuse(failure: string | undefined): void {
    if (failure !== undefined) this.lines.push(`refused: ${failure}`);
  }

  #note(line: string): void {
    if (/ gets p[io]ng /.test(line)) this.#greetings++;
    else this.lines.push(line);
  }

  #cut([one = [], other = []]: readonly SimNode[][]): void {
    for (const from of one) for (const to of other) for (const [a, b] of [[from, to], [to, from]] as const) this.#the.network.cut(a, b);
  }

  #pass(ms: number): void {
    this.#greetings = 0;
    this.#the.pass(ms);
    this.lines.push(`(${this.#greetings} pings and pongs)`);
  }

  #show(node: SimNode): void {
    this.lines.push('', `${node.name} ${node.node.table.health.up ? 'serves' : 'does not serve'}, ${viewLines(this.#the, node.state).join('\n  ')}`);
  }
}
