/** A serialized value or file is not what it should be. What was built from it so far must be thrown away. */
export class BadFormatError extends Error {
  override readonly name = 'BadFormatError';
}

/** Throws BadFormatError unless the untrusted bytes meet a condition. */
export function expectFormat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new BadFormatError(what);
}
