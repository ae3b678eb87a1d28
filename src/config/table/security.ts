/** Who may do what. */
import { int64Max, integer, oneOf, text, yesNo } from '../kinds.ts';
import { atStart, awaits, foreign } from './traits.ts';

const whoMay = ['no', 'yes', 'local'] as const;

export const securityOptions = {
  requirepass: text('', { sensitive: true }),
  'enable-protected-configs': oneOf('no', whoMay, atStart),
  'enable-debug-command': oneOf('no', whoMay, atStart),
  'enable-module-command': oneOf('no', whoMay, { ...atStart, ...foreign('there are no modules') }),
  // Starting without the users of an existing file would open the server to everyone.
  aclfile: text('', {
    ...atStart,
    check: (path) => (path === '' ? undefined : 'this version has no access control lists; use requirepass'),
    ...awaits('access control lists'),
  }),
  'acllog-max-len': integer(128, 0, int64Max, awaits('access control lists')),
  'acl-pubsub-default': oneOf('resetchannels', ['allchannels', 'resetchannels'], awaits('access control lists')),
  'extended-redis-compatibility': yesNo(false, foreign('INFO and HELLO name their fields as Redis does')),
};
