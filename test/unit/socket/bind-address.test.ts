import { expect, test } from 'vitest';
import { isSkippable, parseBindAddress } from '../../../src/socket/bind-address.ts';

test.each([
  ['*', { host: '0.0.0.0', isIpv6: false, isOptional: false, text: '*' }],
  ['-*', { host: '0.0.0.0', isIpv6: false, isOptional: true, text: '*' }],
  ['::*', { host: '::', isIpv6: true, isOptional: false, text: '::*' }],
  ['-::*', { host: '::', isIpv6: true, isOptional: true, text: '::*' }],
  ['::1', { host: '::1', isIpv6: true, isOptional: false, text: '::1' }],
  ['127.0.0.1', { host: '127.0.0.1', isIpv6: false, isOptional: false, text: '127.0.0.1' }],
  ['-db.example', { host: 'db.example', isIpv6: false, isOptional: true, text: 'db.example' }],
])('bind %s', (word, address) => {
  expect(parseBindAddress(word)).toEqual(address);
});

test('only an address marked with a minus may be missing; a family the host lacks is always skipped', () => {
  const [required, optional] = [parseBindAddress('192.0.2.1'), parseBindAddress('-192.0.2.1')];
  expect(isSkippable(required, 'EADDRNOTAVAIL')).toBe(false);
  expect(isSkippable(optional, 'EADDRNOTAVAIL')).toBe(true);
  expect(isSkippable(required, 'EAFNOSUPPORT')).toBe(true);
  expect(isSkippable(optional, 'EADDRINUSE')).toBe(false);
});
