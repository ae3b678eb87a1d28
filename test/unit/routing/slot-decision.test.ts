/**
 * The table is compared, input by input, with the same rules written as Redis tells them: as a
 * sequence of judgements over named facts. test/unit/cluster/redirects-redis.test.ts compares it
 * with redis-server.
 */
import { describe, expect, test } from 'vitest';
import { CommandFlag } from '../../../src/commands/command.ts';
import {
  SLOT_INPUT_COUNT,
  SlotAnswer,
  SlotInput,
  decideSlot,
  presencePolicy,
  slotErrorText,
  slotInputOf,
} from '../../../src/routing/slot-decision.ts';

interface Facts {
  readonly clusterEnabled: boolean;
  readonly keys: 'none' | 'one' | 'many' | 'cross';
  readonly owner: 'me' | 'other' | 'nobody' | 'my primary';
  readonly open: 'no' | 'migrating' | 'importing' | 'unused';
  readonly isDown: boolean;
  readonly isAsking: boolean;
  readonly isReadonlyClient: boolean;
  readonly writes: boolean;
  readonly readsWhenDown: boolean;
  readonly present: 'unknown' | 'all' | 'some' | 'none';
}

type Answer = keyof typeof SlotAnswer;

/** The facts in an input's bits, as its documentation draws them. */
function factsOf(input: number): Facts {
  const bits = (from: number, count: number): number => (input >> from) & ((1 << count) - 1);
  return {
    owner: (['me', 'other', 'nobody', 'my primary'] as const)[bits(0, 2)]!,
    open: (['no', 'migrating', 'importing', 'unused'] as const)[bits(2, 2)]!,
    isDown: bits(4, 1) === 1,
    keys: (['none', 'one', 'many', 'cross'] as const)[bits(5, 2)]!,
    isAsking: bits(7, 1) === 1,
    isReadonlyClient: bits(8, 1) === 1,
    writes: bits(9, 1) === 1,
    readsWhenDown: bits(10, 1) === 1,
    present: (['unknown', 'all', 'some', 'none'] as const)[bits(11, 2)]!,
    clusterEnabled: bits(13, 1) === 1,
  };
}

function oracle(facts: Facts): Answer {
  if (!facts.clusterEnabled || facts.keys === 'none') return 'serve';
  if (facts.owner === 'nobody') return 'unserved';
  if (facts.keys === 'cross') return 'crossSlot';
  if (facts.isDown && !facts.readsWhenDown) return 'clusterDown';
  if (facts.isDown && facts.writes) return 'writesDown';
  const isMigrating = facts.open === 'migrating' && facts.owner === 'me';
  const isTaking = facts.open === 'importing' && facts.isAsking;
  const presenceMatters = isMigrating || (isTaking && facts.keys === 'many');
  if (presenceMatters && facts.present === 'unknown') return 'askShard';
  if (isMigrating && facts.present === 'some') return 'tryAgain';
  if (isMigrating && facts.present === 'none') return 'ask';
  if (isTaking) return facts.keys === 'many' && facts.present !== 'all' ? 'tryAgain' : 'serve';
  if (facts.owner === 'my primary' && facts.isReadonlyClient && !facts.writes) return 'serve';
  return facts.owner === 'me' ? 'serve' : 'moved';
}

const nameOf = new Map<number, string>(Object.entries(SlotAnswer).map(([name, value]) => [value, name]));
const allInputs = Array.from({ length: SLOT_INPUT_COUNT }, (_, input) => input);

describe('the slot decision', () => {
  test('agrees with the rules in words for every input', () => {
    const wrong = allInputs
      .map((input) => ({ facts: factsOf(input), answer: nameOf.get(decideSlot(input)) }))
      .filter(({ facts, answer }) => answer !== oracle(facts));
    expect(wrong).toEqual([]);
  });

  test('gives every answer somewhere', () => {
    expect(new Set(allInputs.map((input) => decideSlot(input)))).toEqual(new Set(Object.values(SlotAnswer)));
  });

  test('serves a stable slot of ours whatever else is said, which is why the hot path need not ask', () => {
    const ours = allInputs.filter((input) => {
      const { keys, owner, open, isDown } = factsOf(input);
      return keys !== 'cross' && owner === 'me' && open === 'no' && !isDown;
    });
    expect(new Set(ours.map((input) => decideSlot(input)))).toEqual(new Set([SlotAnswer.serve]));
  });

  test('asks the shard only where the presence of the keys changes the answer, and serves when all are there', () => {
    const present = [SlotInput.allPresent, SlotInput.somePresent, SlotInput.nonePresent];
    const undecided = allInputs.filter((input) => factsOf(input).present === 'unknown');
    const wrong = undecided.filter((input) => {
      const [all, some, none] = present.map((bits) => decideSlot(input | bits)) as [number, number, number];
      const asks = decideSlot(input) === SlotAnswer.askShard;
      if (asks !== new Set([all, some, none]).size > 1) return true;
      return asks && (all !== SlotAnswer.serve || presencePolicy(input) !== some + none * 16);
    });
    expect(wrong.map(factsOf)).toEqual([]);
  });
});

describe('the input of a command', () => {
  const plain = { asking: false, readonlyMode: false };

  test('names what the client, the command and the configuration say', () => {
    const facts = (client: typeof plain, flags: number, reads: boolean): Facts => factsOf(slotInputOf(client, flags, reads, 0b1_01_10));
    expect(facts(plain, 0, false)).toEqual({
      clusterEnabled: true, keys: 'none', owner: 'nobody', open: 'migrating', isDown: true, isAsking: false,
      isReadonlyClient: false, writes: false, readsWhenDown: false, present: 'unknown',
    });
    expect(facts({ ...plain, asking: true }, 0, false).isAsking).toBe(true);
    expect(facts(plain, CommandFlag.asking, false).isAsking).toBe(true);
    expect(facts({ ...plain, readonlyMode: true }, 0, false).isReadonlyClient).toBe(true);
    expect(facts(plain, CommandFlag.write | CommandFlag.fast, false).writes).toBe(true);
    expect(facts(plain, CommandFlag.readonly, true)).toMatchObject({ writes: false, readsWhenDown: true });
  });
});

describe('the error of a refusal', () => {
  test.each<[Answer, string]>([
    ['moved', 'MOVED 7 10.0.0.1:7001'],
    ['ask', 'ASK 7 10.0.0.1:7001'],
    ['tryAgain', 'TRYAGAIN Multiple keys request during rehashing of slot'],
    ['crossSlot', "CROSSSLOT Keys in request don't hash to the same slot"],
    ['unserved', 'CLUSTERDOWN Hash slot not served'],
    ['clusterDown', 'CLUSTERDOWN The cluster is down'],
    ['writesDown', 'CLUSTERDOWN The cluster is down and only accepts read commands'],
  ])('%s', (answer, text) => expect(slotErrorText(SlotAnswer[answer], 7, '10.0.0.1:7001')).toBe(text));

  test.each<Answer>(['serve', 'askShard'])('%s has none', (answer) => {
    expect(() => slotErrorText(SlotAnswer[answer], 7, '')).toThrow('only a refusal has an error text');
  });
});
