/**
 * Names nobody can guess or meet twice: node ids, run ids and replication ids are 40 hex digits
 * everywhere in Redis. Drawn from the operating system, so for the edges only: a core that needs
 * an id is given one.
 */
import { crypto } from './lazy-modules.ts';

const ID_BYTES = 20;

/** 40 lower-case hexadecimal digits, 160 random bits. */
export function randomHexId(): string {
  return crypto().randomBytes(ID_BYTES).toString('hex');
}
