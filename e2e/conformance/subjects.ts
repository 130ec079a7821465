import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startServer } from '@quire/testing';
import type { DialectName, Operator } from '@quire/testing/conformance';
import { readPeerVersion } from '../bench/peers/install-peers.ts';
import { readOwnVersion } from '../bench/source.ts';
import { startPeer } from './peer-process.ts';

export const subjectNames = ['quire', 'quire-yjs', 'hocuspocus', 'y-websocket'] as const;
export type SubjectName = (typeof subjectNames)[number];

/** One server that runs, as the suite is told of it. */
export interface RunningSubject {
  readonly url: string;
  readonly dialect: DialectName;
  readonly token: string;
  /** Null: it knows nobody by a token. */
  readonly otherToken: string | null;
  /** Null: it has no word for somebody who may only read. */
  readonly readerToken: string | null;
  readonly operator: Operator;
  stop(): Promise<void>;
}

/** One server to check. */
export interface Subject {
  readonly label: string;
  /** What is checked, in words and versions. */
  describe(): string;
  start(): Promise<RunningSubject>;
}

const SECRET = 'signs the tokens of the conformance run and nothing else';
/** Where it is said what came out. */
export const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'conformance.md');
export const QUIRE = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'quire');

export function mintToken(user: string, role: 'editor' | 'reader', secret: string): string {
  const env = { PATH: process.env.PATH, QUIRE_JWT_SECRETS: secret };
  return execFileSync(QUIRE, ['token', '--user', user, '--grant', `${role}:**`], { env, encoding: 'utf8' }).trim();
}

async function startQuire(dialect: DialectName, path: string): Promise<RunningSubject> {
  const server = await startServer({ ownProcess: true, env: { QUIRE_JWT_SECRETS: SECRET } });
  return {
    url: `${server.wsUrl}${path}`,
    dialect,
    token: mintToken('ada', 'editor', SECRET),
    otherToken: mintToken('eve', 'editor', SECRET),
    readerToken: mintToken('rita', 'reader', SECRET),
    operator: {
      async kill() {
        await server.kill('SIGKILL');
      },
      restart: () => server.restart(),
    },
    stop: () => server.stop(),
  };
}

const READER_TOKEN = 'reader';

export const subjects: Readonly<Record<SubjectName, Subject>> = {
  quire: {
    label: 'Quire',
    describe: () =>
      `Quire ${readOwnVersion('@quire/server')} on Yjs ${readOwnVersion('yjs')}, \`quire serve\` with a secret for tokens and ` +
      'defaults otherwise; Hocuspocus dialect',
    start: () => startQuire('hocuspocus', '/collab'),
  },
  'quire-yjs': {
    label: 'Quire, y-websocket dialect',
    describe: () => 'the same, in the y-websocket dialect',
    start: () => startQuire('y-websocket', '/yjs'),
  },
  hocuspocus: {
    label: 'Hocuspocus',
    describe: () =>
      `@hocuspocus/server ${readPeerVersion('@hocuspocus/server')}, its own \`Server\` with ` +
      `@hocuspocus/extension-sqlite ${readPeerVersion('@hocuspocus/extension-sqlite')} on \`node:sqlite\`, defaults, and a hook ` +
      '`onAuthenticate` that sets `readOnly` for one token',
    async start() {
      const peer = await startPeer('hocuspocus-server.ts', { PEER_READER_TOKEN: READER_TOKEN });
      return { ...peer, dialect: 'hocuspocus', token: '', otherToken: null, readerToken: READER_TOKEN };
    },
  },
  'y-websocket': {
    label: '@y/websocket-server',
    describe: () =>
      `@y/websocket-server ${readPeerVersion('@y/websocket-server')} with y-leveldb ${readPeerVersion('y-leveldb')} through ` +
      '`setPersistence`; it has no tokens, and so nobody who may only read',
    async start() {
      return {
        ...(await startPeer('y-websocket-server.ts')),
        dialect: 'y-websocket',
        token: '',
        otherToken: null,
        readerToken: null,
      };
    },
  },
};
