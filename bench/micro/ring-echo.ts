/** The other thread of the ring bench: sends every record, or message, back. */
import { parentPort, workerData } from 'node:worker_threads';
import { Control } from '../../src/channel/control.ts';
import { Ring } from '../../src/channel/ring.ts';

const { control: block, requests: requestBuffer, replies: replyBuffer, way } = workerData as {
  readonly control: SharedArrayBuffer; readonly requests: SharedArrayBuffer; readonly replies: SharedArrayBuffer; readonly way: string;
};
const control = new Control(block, 1);
const requests = new Ring(requestBuffer, 'consumer');
const replies = new Ring(replyBuffer, 'producer');

parentPort!.postMessage('ready');
if (way === 'postMessage') parentPort!.on('message', (message) => parentPort!.postMessage(message));
else echo();

function echo(): void {
  while (!control.stopping) {
    const index = requests.next();
    if (index < 0) {
      control.shardSleep(0, 100, () => requests.hasMore);
      continue;
    }
    requests.advance(index);
    requests.release();
    replies.commit(replies.reserve(64), 64);
    replies.publish();
    control.wakeDoor();
  }
}
