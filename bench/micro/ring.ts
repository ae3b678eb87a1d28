/**
 * Nanoseconds to bring a record through a ring in one thread, and microseconds from a thread to another
 * and back: by the rings with their wake-ups, beside postMessage.
 *
 *     node bench/micro/ring.ts [--records 1000000] [--trips 5000] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Control } from '../../src/channel/control.ts';
import { Ring } from '../../src/channel/ring.ts';
import { nanosecondsPer } from './nanoseconds-per.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' }, trips: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '3' },
  },
});
const recordCount = Number(values.records);
const tripCount = Number(values.trips);
const capacityBytes = 1 << 20;

for (let round = 0; round < Number(values.rounds); round++) {
  for (const batch of [1, 16, 64]) {
    const ns = nanosecondsPer(recordCount, () => passThrough(recordCount, batch));
    console.log(`${ns.toFixed(1).padStart(8)} ns  a record of 64 B, ${batch} published at once`);
  }
  console.log(`${(await roundTripUs('rings')).toFixed(1).padStart(8)} us  to another thread and back, rings`);
  console.log(`${(await roundTripUs('postMessage')).toFixed(1).padStart(8)} us  to another thread and back, postMessage`);
}

function passThrough(count: number, batch: number): void {
  const producer = Ring.create(capacityBytes);
  const consumer = new Ring(producer.buffer, 'consumer');
  for (let done = 0; done < count; done += batch) {
    for (let i = 0; i < batch; i++) {
      const index = producer.reserve(64);
      producer.i32[index + 1] = i;
      producer.commit(index, 64);
    }
    producer.publish();
    for (let index = consumer.next(); index >= 0; index = consumer.next()) consumer.advance(index);
    consumer.release();
  }
}

/** Wall time of one trip at a time, as a lone client's command makes it. */
async function roundTripUs(way: 'rings' | 'postMessage'): Promise<number> {
  const control = Control.create(1);
  const requests = Ring.create(capacityBytes);
  const replies = Ring.create(capacityBytes);
  const worker = new Worker(new URL('ring-echo.ts', import.meta.url), {
    workerData: { control: control.buffer, requests: requests.buffer, replies: replies.buffer, way },
  });
  await new Promise((resolve) => { worker.once('message', resolve); });
  const takeReplies = new Ring(replies.buffer, 'consumer');
  const startMs = performance.now();
  for (let trip = 0; trip < tripCount; trip++) {
    if (way === 'rings') await tripByRings(control, requests, takeReplies);
    else await tripByMessage(worker);
  }
  const us = ((performance.now() - startMs) * 1000) / tripCount;
  control.stop();
  await worker.terminate();
  return us;
}

async function tripByRings(control: Control, requests: Ring, replies: Ring): Promise<void> {
  const index = requests.reserve(64);
  requests.commit(index, 64);
  const seen = control.doorSignal();
  control.doorSleeps(true);
  requests.publish();
  control.wakeShard(0);
  while (replies.next() < 0) await control.waitForDoorSignal(seen);
  control.doorSleeps(false);
  replies.advance(replies.next());
  replies.release();
}

async function tripByMessage(worker: Worker): Promise<void> {
  const answered = new Promise((resolve) => { worker.once('message', resolve); });
  worker.postMessage(1);
  await answered;
}
