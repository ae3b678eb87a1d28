/**
 * The patterns of SORT's BY and GET: the element takes the place of the first `*` and the result is a
 * key; what stands behind `->` names a field of the hash under that key. `#` is the element itself.
 *
 *     weight_*          the string weight_<element>
 *     object_*->name    the field `name` of the hash object_<element>
 *     nosort            no key at all
 *
 * As in Redis, a pattern is looked at up to a NUL, but what surrounds the `*` is taken whole.
 */
import { keySlot } from '../../base/crc16.ts';

const arrow = '->';

export class SortPattern {
  readonly text: string;
  /** The pattern is `#`. */
  readonly isElement: boolean;
  /** The pattern holds a `*`: with elements in its place it names keys. */
  readonly namesKeys: boolean;
  readonly before: Buffer;
  readonly behind: Buffer;
  /** Undefined for the pattern of a string's key. */
  readonly field: Buffer | undefined;

  /** `text` has one character a byte. */
  constructor(text: string) {
    this.text = text;
    const nul = text.indexOf('\0');
    const visible = nul < 0 ? text : text.slice(0, nul);
    const star = visible.indexOf('*');
    this.isElement = visible === '#';
    this.namesKeys = star >= 0 && !this.isElement;
    const arrowAt = star < 0 ? -1 : visible.indexOf(arrow, star + 1);
    const fieldAt = arrowAt < 0 || arrowAt + arrow.length >= visible.length ? text.length : arrowAt + arrow.length;
    const hasField = fieldAt < text.length;
    this.before = latin1(text.slice(0, Math.max(0, star)));
    this.behind = latin1(text.slice(star + 1, hasField ? arrowAt : text.length));
    this.field = hasField ? latin1(text.slice(fieldAt)) : undefined;
  }
}

/** Whether all keys that the pattern may name are in the slot: by a hash tag before anything that varies. */
export function isInSlot({ text }: SortPattern, slot: number): boolean {
  const tag = /^[^*?[\\{]*\{([^*?[\\}]+)\}/.exec(text)?.[1];
  if (tag === undefined && /[*?[\\]/.test(text)) return false;
  const hashed = latin1(tag ?? text);
  return keySlot(hashed, 0, hashed.length) === slot;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
