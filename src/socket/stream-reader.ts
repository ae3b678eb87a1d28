/**
 * Reading of connections whose bytes come as chunks of their own (TLS): they are copied into the buffer that all
 * connections share, so that whoever parses them sees no difference.
 */
import type { Duplex } from 'node:stream';

/** Called with the number of bytes at the start of the read buffer; false stops reading until `resume()`. */
export type Reader = (byteCount: number) => boolean;

export function feedReader(stream: Duplex, readBuffer: Uint8Array, reader: Reader): void {
  stream.on('data', (chunk: Buffer) => {
    for (let start = 0; start < chunk.length; start += readBuffer.length) {
      const end = Math.min(chunk.length, start + readBuffer.length);
      readBuffer.set(chunk.subarray(start, end));
      if (!reader(end - start)) stream.pause();
    }
  });
}
