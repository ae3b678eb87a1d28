/** Payloads of RESTORE, made by hand or taken from a reply. */
import { Crc64 } from '../../../../src/persistence/rdb/crc64.ts';
import { RdbWriter } from '../../../../src/persistence/rdb/rdb-writer.ts';

/** A payload with a right footer. */
export function sealed(rdbType: number, write: (writer: RdbWriter) => void): Buffer {
  const writer = new RdbWriter();
  writer.byte(rdbType);
  write(writer);
  writer.byte(10);
  writer.byte(0);
  const { low, high } = new Crc64().update(writer.bytes, 0, writer.length);
  writer.int64((BigInt(high) << 32n) | BigInt(low >>> 0));
  return Buffer.from(writer.view());
}

/** Writes a string, given in latin1. */
export function text(writer: RdbWriter, value: string): void {
  const bytes = Buffer.from(value, 'latin1');
  writer.string(bytes, 0, bytes.length);
}

/** What a bulk reply holds. */
export function bodyOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf(10) + 1, -2);
}
