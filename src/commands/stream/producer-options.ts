/** IDMP and IDMPAUTO of XADD: who sends an entry, and what that producer calls it, so that it is added once. */
import { crypto } from '../../base/lazy-modules.ts';
import type { Name } from '../../keyspace/streams/producers.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const idmp = wordBytes('idmp');
const idmpauto = wordBytes('idmpauto');
const CONTENT_ID_BYTES = 16;

/** Arguments of a command as a name. */
export class ArgumentName implements Name {
  bytes: Uint8Array = new Uint8Array(0);
  offset = 0;
  length = 0;

  take(call: Call, i: number): this {
    return this.takeBytes(call.bytes, call.offset(i), call.length(i));
  }

  takeBytes(bytes: Uint8Array, offset: number, length: number): this {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    return this;
  }
}

export class ProducerOptions {
  readonly producer = new ArgumentName();
  readonly own = new ArgumentName();
  isGiven = false;
  #isOwnGiven = false;

  forget(): void {
    this.isGiven = false;
  }

  /** Reads the option at argument `i`: the index of its last argument, 0 when it is another option, -1 after an error. */
  read(call: Call, i: number): number {
    const more = call.argc - i - 1;
    const isManual = more >= 2 && call.is(i, idmp);
    if (!isManual && !(more >= 1 && call.is(i, idmpauto))) return 0;
    if (this.isGiven) return refuse(call, errors.idmpTwice);
    if (call.length(i + 1) === 0) return refuse(call, errors.idmpWithoutProducer(isManual ? 'IDMP' : 'IDMPAUTO'));
    if (isManual && call.length(i + 2) === 0) return refuse(call, errors.idmpWithoutId('IDMP'));
    this.isGiven = true;
    this.#isOwnGiven = isManual;
    this.producer.take(call, i + 1);
    if (isManual) this.own.take(call, i + 2);
    return isManual ? i + 2 : i + 1;
  }

  /** Once the fields are known, from argument `first` on, what the producer did not name is called by its content. */
  settle(call: Call, first: number): void {
    if (!this.isGiven || this.#isOwnGiven) return;
    const content: Buffer[] = [];
    for (let i = first; i < call.argc; i++) {
      content.push(Buffer.from(`${call.length(i)}:`), Buffer.from(call.bytes.subarray(call.offset(i), call.offset(i) + call.length(i))));
    }
    const digest = crypto().hash('sha256', Buffer.concat(content), 'buffer');
    this.own.takeBytes(digest, 0, CONTENT_ID_BYTES);
  }
}

function refuse(call: Call, error: string): -1 {
  call.fail(error);
  return -1;
}
