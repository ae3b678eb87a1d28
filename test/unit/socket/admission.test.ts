import { expect, test } from 'vitest';
import { maxClients, protectedMode } from '../../../src/protocol/errors.ts';
import { refuseForOrigin, refuseForRoom } from '../../../src/socket/admission.ts';
import type { Admission } from '../../../src/socket/admission.ts';

const open: Admission = { admit: () => true, isProtected: () => false };
const guarded: Admission = { admit: () => false, isProtected: () => true };

test('a client is refused when there is no room', () => {
  expect(refuseForRoom(open, 0)).toBeUndefined();
  expect(refuseForRoom(guarded, 0)).toBe(maxClients);
});

test('connections that shake hands take room', () => {
  const roomForTwo: Admission = { ...open, admit: (handshakingCount) => handshakingCount < 2 };
  expect(refuseForRoom(roomForTwo, 1)).toBeUndefined();
  expect(refuseForRoom(roomForTwo, 2)).toBe(maxClients);
});

test.each([
  ['tcp', '127.0.0.1', undefined],
  ['tcp', '127.8.9.10', undefined],
  ['tcp', '::1', undefined],
  ['unix', undefined, undefined],
  ['tcp', '192.0.2.7', protectedMode],
  ['tcp', '1.127.0.1', protectedMode],
  ['tcp', '2001:db8::1', protectedMode],
  ['tcp', '::ffff:192.0.2.7', protectedMode],
  ['tls', '192.0.2.7', protectedMode],
  ['tls', '127.0.0.1', undefined],
  // The peer has already gone, and its address with it.
  ['tcp', undefined, protectedMode],
] as const)('in protected mode a %s peer %s is answered %s', (kind, address, refusal) => {
  expect(refuseForOrigin(guarded, kind, address)).toBe(refusal);
  expect(refuseForOrigin(open, kind, address)).toBeUndefined();
});
