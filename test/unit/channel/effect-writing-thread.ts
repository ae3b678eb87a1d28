/** Writes one large effect and a small one into the log it is given, waiting for room as it goes. */
import { workerData } from 'node:worker_threads';
import { EffectLog, type EffectLogHandle } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';

const { handle, valueBytes } = workerData as { handle: EffectLogHandle; valueBytes: number };
const log = EffectLog.attach(handle);
log.switchFile(1, 1);
const writer = new EffectWriter(log);
const value = Uint8Array.from({ length: valueBytes }, (_, i) => (i * 7) & 0xff);
writer.command(0, 'SET', 2);
writer.text('key');
writer.bytes(value, 0, value.length);
writer.command(0, 'DEL', 1);
writer.text('key');
writer.publish();
