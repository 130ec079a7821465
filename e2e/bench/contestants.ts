import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signToken } from '@quire/testing';
import type { DialectName } from './load/dialects.ts';
import { readPeerVersion } from './peers/install-peers.ts';
import { describeSource, nameSource, readOwnVersion } from './source.ts';

export const contestantNames = [
  'quire',
  'quire-yjs',
  'quire-counting',
  'quire-tokens',
  'quire-other',
  'hocuspocus',
  'y-websocket',
  'bare',
] as const;
export type ContestantName = (typeof contestantNames)[number];

/** Only measured when they are named: for comparisons of before and after. */
const COMPARED: readonly ContestantName[] = ['quire-tokens', 'quire-other'];

/** Those that are measured unless others are named. */
export const usualContestants: readonly ContestantName[] = contestantNames.filter((name) => !COMPARED.includes(name));

/** Those of packages that are not ours, which are installed when they are first measured. */
export const peers: readonly ContestantName[] = ['hocuspocus', 'y-websocket', 'bare'];

/** One server to compare, and how its clients speak. */
export interface Contestant {
  readonly name: ContestantName;
  readonly label: string;
  readonly dialect: DialectName;
  readonly basePath: string;
  /** The process to start; it prints its address once it is ready. */
  command(dataDirectory: string): readonly [string, ...string[]];
  /** What it is told besides; left out: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What everybody brings; left out: something that nobody checks. */
  readonly token?: string;
  /** What it is told to be one of two nodes that share a Redis; null where it can't be. */
  nodeEnvironment(redisPort: number): Readonly<Record<string, string>> | null;
  /** What is compared, in words and versions. */
  describe(): string;
}

/** More people than any workload has: everybody is shown to everybody, as by the others. */
const ALL_LISTED = 100_000;

const serve = (dataDirectory: string, launcher = findQuire()): [string, ...string[]] => [
  launcher,
  'serve',
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--data',
  dataDirectory,
];

const serveListingAll = (dataDirectory: string): [string, ...string[]] => [
  ...serve(dataDirectory),
  '--limits-max-listed-people',
  String(ALL_LISTED),
  // The load comes from one address, and may be more than anybody would let in from one.
  '--limits-max-sessions-per-address',
  String(ALL_LISTED),
];

const quireNode = (redisPort: number): Record<string, string> => ({
  QUIRE_REDIS: `redis://127.0.0.1:${redisPort}`,
  QUIRE_CLUSTER_NODES: '2',
  QUIRE_CLUSTER_SECRET: 'known to both nodes of the bench',
});

const SECRET = 'known to the server and to the load';
const DAY_SECONDS = 86_400;

const notANode = (): null => null;

const peerCommand =
  (program: string) =>
  (dataDirectory: string): [string, ...string[]] => [
    process.execPath,
    join(import.meta.dirname, 'peers', program),
    dataDirectory,
  ];

export const contestants: Readonly<Record<ContestantName, Contestant>> = {
  quire: {
    name: 'quire',
    label: 'Quire',
    dialect: 'hocuspocus',
    basePath: '/collab',
    command: serveListingAll,
    nodeEnvironment: quireNode,
    describe: () =>
      `Quire ${readOwnVersion('@quire/server')} on Yjs ${readOwnVersion('yjs')}, \`quire serve\` with its defaults but ` +
      '`limits.maxListedPeople` above the number of people, so that everybody is shown to everybody, and `limits.maxSessionsPerAddress` above that of the load; Hocuspocus dialect; ' +
      'every edit is on disk before anybody sees it; its launcher gives V8 `--v8-pool-size=0`, as wherever it has fewer than five cores',
  },
  'quire-yjs': {
    name: 'quire-yjs',
    label: 'Quire (y-websocket dialect)',
    dialect: 'y-websocket',
    basePath: '/yjs/',
    command: serveListingAll,
    nodeEnvironment: notANode,
    describe: () => 'the same server, its clients in the y-websocket dialect',
  },
  'quire-counting': {
    name: 'quire-counting',
    label: 'Quire (200 listed)',
    dialect: 'hocuspocus',
    basePath: '/collab',
    command: serve,
    nodeEnvironment: notANode,
    describe: () =>
      'the first one with all of its defaults: of more than 200 people, 200 are shown, and of the others how many they are',
  },
  'quire-tokens': {
    name: 'quire-tokens',
    label: 'Quire (tokens)',
    dialect: 'hocuspocus',
    basePath: '/collab',
    command: serveListingAll,
    environment: { QUIRE_JWT_SECRETS: SECRET },
    token: signToken(SECRET, 'editor', { expiresInSeconds: DAY_SECONDS }),
    nodeEnvironment: notANode,
    describe: () =>
      'the first one with authentication on: everybody brings a token (JWT, HS256) that says what they may do',
  },
  'quire-other': {
    name: 'quire-other',
    label: 'Quire (other checkout)',
    dialect: 'hocuspocus',
    basePath: '/collab',
    command: (dataDirectory) => serve(dataDirectory, join(otherCheckout(), 'server', 'bin', 'quire.sh')),
    nodeEnvironment: notANode,
    describe: () => `the Quire of another checkout: ${nameSource(describeSource(otherCheckout()))}`,
  },
  hocuspocus: {
    name: 'hocuspocus',
    label: 'Hocuspocus',
    dialect: 'hocuspocus',
    basePath: '/',
    command: peerCommand('hocuspocus-server.ts'),
    nodeEnvironment: (redisPort) => ({ BENCH_REDIS_PORT: String(redisPort) }),
    describe: () =>
      `@hocuspocus/server ${readPeerVersion('@hocuspocus/server')}, its own \`Server\` with ` +
      `@hocuspocus/extension-sqlite ${readPeerVersion('@hocuspocus/extension-sqlite')} on \`node:sqlite\`, on Yjs ${readPeerVersion('yjs')}, defaults; ` +
      `where it has two nodes, with @hocuspocus/extension-redis ${readPeerVersion('@hocuspocus/extension-redis')}`,
  },
  'y-websocket': {
    name: 'y-websocket',
    label: 'y-websocket',
    dialect: 'y-websocket',
    basePath: '/',
    command: peerCommand('y-websocket-server.ts'),
    nodeEnvironment: notANode,
    describe: () =>
      `@y/websocket-server ${readPeerVersion('@y/websocket-server')} with y-leveldb ${readPeerVersion('y-leveldb')} ` +
      `through \`setPersistence\`, on Yjs ${readPeerVersion('yjs')} and @y/protocols ${readPeerVersion('@y/protocols')}`,
  },
  bare: {
    name: 'bare',
    label: 'Bare forwarder',
    dialect: 'none',
    basePath: '/',
    command: peerCommand('bare-forwarder.ts'),
    nodeEnvironment: notANode,
    describe: () => `ws ${readPeerVersion('ws')} without documents: every frame to everybody else at its path`,
  },
};

/** The variable with the folder of another checkout, for comparisons of before and after. */
export const OTHER_CHECKOUT = 'QUIRE_OTHER_CHECKOUT';

/** @throws where nobody says where it is */
function otherCheckout(): string {
  const folder = process.env[OTHER_CHECKOUT];
  if (folder === undefined || folder === '') {
    throw new Error(
      `quire-other: set ${OTHER_CHECKOUT} to the folder of another checkout, with its packages installed`,
    );
  }
  return folder;
}

/** The launcher of this checkout, whatever `PATH` says. */
function findQuire(): string {
  return join(dirname(dirname(fileURLToPath(import.meta.resolve('@quire/server')))), 'bin', 'quire.sh');
}
