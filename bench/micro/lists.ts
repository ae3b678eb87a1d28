/**
 * Nanoseconds per operation of lists: pushing and popping at both ends, reading by index, walking
 * ranges into a reply, inserting in the middle; and memory per element.
 *
 *     node bench/micro/lists.ts [--elements 1000000] [--bytes 16] [--fill -2] [--rounds 3]
 *
 * `--fill` is list-max-listpack-size.
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { replyElements } from '../../src/commands/list/elements.ts';
import { ValueType } from '../../src/keyspace/entry.ts';
import { Keyspace } from '../../src/keyspace/keyspace.ts';
import { defaultLimits } from '../../src/keyspace/value-limits.ts';
import { Arena } from '../../src/memory/arena.ts';
import { BufferSink } from '../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../src/protocol/reply-writer.ts';
import { KeyHash } from '../../src/structures/key-hash.ts';
import { ListpackValue } from '../../src/structures/listpack-value.ts';
import { nanosecondsPer } from './nanoseconds-per.ts';

const { values } = parseArgs({
  options: {
    elements: { type: 'string', default: '1000000' },
    bytes: { type: 'string', default: '16' },
    fill: { type: 'string', default: '-2' },
    rounds: { type: 'string', default: '3' },
  },
});
const elementCount = Number(values.elements);
const elementBytes = Number(values.bytes);
const rangeLength = 300;
const rangeCount = Math.ceil(elementCount / rangeLength);
const indexCount = Math.ceil(elementCount / 10);
const insertCount = Math.ceil(elementCount / 100);

const arena = Arena.create({ initialBytes: 2 ** 26, maxBytes: 2 ** 33 });
const keyspace = new Keyspace(arena, new KeyHash(1, 2), 0, 1, 1, { ...defaultLimits, listMaxListpackSize: Number(values.fill) });
keyspace.format();
const { lists } = keyspace;
const key = Buffer.from('list');
const text = Buffer.alloc(elementBytes, 'x');
const value = new ListpackValue();
const random = new Random(1);
const sink = new BufferSink();
const reply = new ReplyWriter(sink);

for (let round = 0; round < Number(values.rounds); round++) {
  for (const isLeft of [false, true]) {
    const entry = keyspace.prepare(key, 0, key.length, ValueType.list, 'none');
    const before = arena.usedBytes;
    report(`push at the ${isLeft ? 'head' : 'tail'}`, elementCount, () => pushAll(entry, isLeft));
    if (round === 0) console.log(`${((arena.usedBytes - before) / elementCount).toFixed(2).padStart(8)} B   memory per element of ${elementBytes} bytes`);
    report('read by a random index', indexCount, () => readAll(entry));
    report(`element of a range of ${rangeLength} in a reply`, rangeCount * rangeLength, () => walkAll(entry));
    report('insert in the middle', insertCount, () => insertAll(entry));
    report(`pop at the ${isLeft ? 'tail' : 'head'}`, lists.length(entry) - 1, () => popAll(entry, !isLeft));
    keyspace.discard(entry);
  }
}

function pushAll(entry: number, isLeft: boolean): void {
  for (let i = 0; i < elementCount; i++) {
    value.setBytes(text, 0, text.length);
    lists.makeFit(entry, text.length, 1);
    lists.push(entry, isLeft, value);
  }
}

function popAll(entry: number, isLeft: boolean): void {
  for (let left = lists.length(entry); left > 1; left--) {
    lists.readEnd(entry, isLeft, value);
    lists.remove(entry, isLeft ? 0 : left - 1, 1);
    lists.settle(entry, true);
  }
}

function readAll(entry: number): void {
  for (let i = 0; i < indexCount; i++) {
    lists.seek(entry, random.below(elementCount), lists.cursor);
    lists.cursor.read(value);
  }
}

function walkAll(entry: number): void {
  for (let i = 0; i < rangeCount; i++) {
    lists.seek(entry, i * rangeLength % (elementCount - rangeLength), lists.cursor);
    replyElements(reply, lists.cursor, rangeLength, true);
    sink.clear();
  }
}

function insertAll(entry: number): void {
  for (let i = 0; i < insertCount; i++) {
    value.setBytes(text, 0, text.length);
    lists.insert(entry, random.below(elementCount), true, value);
  }
}

function report(what: string, operations: number, work: () => void): void {
  console.log(`${nanosecondsPer(operations, work).toFixed(0).padStart(8)} ns  ${what}`);
}
