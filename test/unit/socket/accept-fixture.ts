/** A process of its own that serves an echo, so that a test can limit its file descriptors. Prints `ready`. */
import { makeLogger } from '../../../src/base/logger.ts';
import { defaultValues } from '../../../src/config/options.ts';
import { Listeners } from '../../../src/socket/listeners.ts';

const readBuffer = Buffer.alloc(64 * 1024);
const listeners = new Listeners({
  readBuffer,
  onSocket: (socket) => {
    socket.on('error', () => socket.destroy());
    return (byteCount) => socket.write(Buffer.from(readBuffer.subarray(0, byteCount)));
  },
  logger: makeLogger((level, message) => console.log(`${level}: ${message}`)),
  admit: () => true,
  isProtected: () => false,
});
await listeners.open({ ...defaultValues(), bind: ['127.0.0.1'], port: Number(process.argv[2]) });
console.log('ready');
