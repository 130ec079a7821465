import type { CloseCodeName } from '@quire/protocol';
import { frameKinds } from './frames/frame-kinds.ts';
import { otherEndings } from './intruder.ts';
import { shapeNames } from './session-script.ts';
import type { Tally } from './tally.ts';

const PROVOKED = null;

/** For each close code: that intruders bring it about in every run, or why what they send can't. */
const reasonsNotToOccur = {
  'protocol-error': PROVOKED,
  'not-utf8': PROVOKED,
  'too-many-fragments': PROVOKED,
  'frame-too-big': PROVOKED,
  'service-restart': 'only a server that stops sends it',
  'bad-frame': PROVOKED,
  unauthorized: 'a server that lets everybody in asks for no token',
  forbidden: 'a server that lets everybody in keeps nobody out, and has no extension to refuse a message',
  'bad-document-name': PROVOKED,
  'no-such-document': 'intruders leave comments alone, which alone need a document',
  'stale-epoch': PROVOKED,
  'document-deleted': PROVOKED,
  'too-much-pending': PROVOKED,
  'document-too-large': PROVOKED,
  'update-too-complex': PROVOKED,
  'written-by-server': 'intruders leave comments alone, which alone hold what the server writes',
  'bad-update': PROVOKED,
  'too-much-before-auth': PROVOKED,
  'too-many-documents': PROVOKED,
  'auth-timeout': PROVOKED,
  'load-failed': 'only a damaged document, or one that is deleted just then, sends it',
  'slow-reader': PROVOKED,
  'access-revoked': 'only who has a token can have it revoked, and here all are guests',
  'link-ended': 'nobody brings the token of a link',
  'document-in-bin': 'nobody puts a document into the bin',
  'session-ended': 'only an owner who asks for it over HTTP has it sent',
  'auth-unavailable':
    'only a server with tokens sends it, while their keys or the backend that knows them can’t be had',
  'storage-refused': 'only a disk that fails sends it',
  overloaded: PROVOKED,
  'too-many-sessions': 'only users are counted, and here all are guests',
  'document-full': 'fewer are there at once than one document takes',
  'internal-error': 'that is a fault of the server, and fails a run',
} as const satisfies Record<CloseCodeName, string | typeof PROVOKED>;

export function describeExceptions(): string {
  const exceptions = Object.entries(reasonsNotToOccur).filter(([, reason]) => reason !== PROVOKED);
  return exceptions.map(([name, reason]) => `  ${name}: ${reason}`).join('\n');
}

/** What a run is not worth much without, and did not happen. */
export function findMissing(tally: Tally): string[] {
  const kinds = frameKinds.filter(({ name }) => tally.framesOf(name) === 0);
  const shapes = shapeNames.filter((shape) => tally.sessionsOf(shape) === 0);
  const codes = Object.entries(reasonsNotToOccur).filter(
    ([name, reason]) => reason === PROVOKED && tally.endingsBy(name) === 0,
  );
  const endings = Object.values(otherEndings).filter((ending) => tally.endingsBy(ending) === 0);
  return [
    ...kinds.map(({ name }) => `was never sent: ${name}`),
    ...shapes.map((shape) => `no session ${shape}`),
    ...codes.map(([name]) => `no socket and no document was closed with ${name}`),
    ...endings.filter((ending) => ending !== otherEndings.cutOff).map((ending) => `no session ended so: ${ending}`),
  ];
}
