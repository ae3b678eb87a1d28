/** Traits that many rows share. */

/** CONFIG SET refuses it: read once, at start. */
export const atStart = { immutable: true } as const;

/** Known to Redis or Valkey and accepted, but this server has no part yet that would read it. */
export function awaits(feature: string): { readonly unused: string } {
  return { unused: `this version has no ${feature}` };
}

/** Known to Redis or Valkey and accepted, but about something that does not exist in this design. */
export function foreign(reason: string): { readonly unused: string } {
  return { unused: reason };
}
