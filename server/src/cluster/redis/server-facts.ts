import type { BusError } from '../cluster-bus.ts';
import { explainFailure, unsuitable } from './redis-failure.ts';
import type { RedisLine } from './redis-line.ts';
import { asText, readPairs } from './redis-replies.ts';

/** What is to be known of a Redis before it is relied upon. */
export interface ServerFacts {
  /** Empty where this user may not ask. */
  readonly version: string;
  readonly isReplica: boolean;
  /** What its operator should change; sentences. */
  readonly warnings: readonly string[];
}

/** XTRIM by id came with 6.2, sharded channels with 7.0. Valkey says which Redis it is like. */
const OLDEST = [6, 2] as const;
const OLDEST_OF_CLUSTER = [7, 0] as const;

/** @throws {BusError} when it can not do what we need, or is still reading its data */
export async function learnServerFacts(line: RedisLine, isCluster: boolean): Promise<ServerFacts> {
  const info = parseInfo(await askIfAllowed(line, 'INFO'));
  const settings = readPairsOrNone(await askIfAllowed(line, 'CONFIG', 'GET', 'save'));
  const version = info.get('redis_version') ?? '';
  if ((info.get('loading') ?? '0') !== '0') throw unsuitable(line.server, 'it is still reading its data');
  const oldest = isCluster ? OLDEST_OF_CLUSTER : OLDEST;
  if (version !== '' && isOlder(version, oldest)) {
    throw unsuitable(line.server, `it is ${version}, and ${oldest.join('.')} is the oldest that can be used`);
  }
  return {
    version,
    isReplica: info.get('role') === 'slave',
    warnings: [...warnOfMemory(info), ...warnOfForgetting(info, settings.get('save'))],
  };
}

/** Of INFO: `name:value` lines. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return facts;
}

export function isOlder(version: string, [oldestMajor, oldestMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function warnOfMemory(info: ReadonlyMap<string, string>): readonly string[] {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  // Those that spare keys without an expiry throw streams away, too: each has one, in case its node never comes back.
  if ((info.get('maxmemory') ?? '0') === '0' || policy === 'noeviction') return [];
  return [
    `Redis throws away streams of nodes when its memory is full (maxmemory-policy ${policy}): set it to noeviction`,
  ];
}

function warnOfForgetting(info: ReadonlyMap<string, string>, snapshots: string | undefined): readonly string[] {
  // Where the settings can't be asked for, snapshots may be on.
  const forgets = info.get('aof_enabled') === '0' && snapshots === '';
  if (!forgets) return [];
  return ['Redis forgets everything when it ends, so a receipt may rest on one disk alone: set appendonly to yes'];
}

function readPairsOrNone(answer: unknown): ReadonlyMap<string, string> {
  return answer === null ? new Map() : readPairs(answer);
}

async function askIfAllowed(line: RedisLine, command: 'INFO'): Promise<string>;
async function askIfAllowed(line: RedisLine, command: 'CONFIG', ...args: readonly string[]): Promise<unknown>;
async function askIfAllowed(line: RedisLine, command: string, ...args: readonly string[]): Promise<unknown> {
  try {
    const answer = await line.call(command, ...args);
    return command === 'INFO' ? asText(answer) : answer;
  } catch (error) {
    if (!isForbidden(explainFailure(error, line.server))) throw error;
    return command === 'INFO' ? '' : null;
  }
}

/** Such commands are often kept from users, or renamed; nothing hangs on them. Who has not logged in is told. */
function isForbidden({ code, message }: BusError): boolean {
  return /NOPERM|unknown command/i.test(message) && (code === 'denied' || code === 'unsuitable');
}
