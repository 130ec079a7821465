import { alignColumns } from '../columns.ts';
import type { Activity } from './activity.ts';

const UNKNOWN = '-';
const KIB = 1024;

/** One `name value` a line, in base units, for scripts; what could not be measured is a dash. */
export function listActivity(activity: Activity): string {
  const { sessionsByDialect, ...rest } = activity;
  const lines = Object.entries(rest).map(([name, value]) => `${toSnakeCase(name)} ${plain(value)}`);
  for (const [dialect, count] of Object.entries(sessionsByDialect)) {
    lines.push(`sessions_${dialect.replaceAll('-', '_')} ${plain(count)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same for people, to be read at a glance. */
export function drawActivity(url: string, activity: Activity): string {
  const a = activity;
  const dialects = Object.entries(a.sessionsByDialect).map(([name, count]) => `${name} ${count}`);
  const heading = `Quire ${a.version} at ${url}, up ${duration(a.uptimeSeconds)}, journal ${a.journalState}`;
  const table = alignColumns([
    ['sessions', whole(a.sessions), `${dialects.join(', ')}, ${whole(a.people)} people present`],
    ['documents', whole(a.documents), `${whole(a.connections)} connections, ${whole(a.entering)} entering`],
    ['frames in', perSecond(a.framesInPerSecond), `${bytes(a.bytesInPerSecond)}/s`],
    ['frames out', perSecond(a.framesOutPerSecond), `${bytes(a.bytesOutPerSecond)}/s`],
    ['edits', perSecond(a.editsPerSecond), ''],
    [
      'receipts',
      perSecond(a.receiptsPerSecond),
      `p50 ${milliseconds(a.receiptP50Seconds)}, p99 ${milliseconds(a.receiptP99Seconds)}`,
    ],
    [
      'refused',
      '',
      `${perSecond(a.editsRefusedPerSecond)} edits, ${perSecond(a.socketsRefusedPerSecond)} sockets, ${perSecond(a.peopleRefusedPerSecond)} people`,
    ],
    ['disk', '', `fsync p99 ${milliseconds(a.fsyncP99Seconds)}`],
    [
      'event loop',
      percent(a.loopUtilisation),
      `lag p99 ${milliseconds(a.loopLagP99Seconds)}, CPU ${percent(a.cpuSecondsPerSecond)}, memory ${bytes(a.residentBytes)}`,
    ],
    ...drawCluster(a),
    ['waiting', whole(a.unestablishedFrames), 'frames for their connection to be established'],
    ['', whole(a.documentQueueEdits), 'edits for their document to flush'],
    ['', whole(a.journalQueueEntries), `entries for the disk, ${bytes(a.journalQueueBytes)}`],
    ['', whole(a.judgingUpdates), 'large updates to be judged'],
    ['', whole(a.compactionsPending), 'journals to be folded'],
    ['', whole(a.openRequests), `API calls to be answered, ${whole(a.authQuestions)} to the auth backend`],
    ...drawWaitingForNodes(a),
    [
      '',
      whole(a.slowSessions),
      `sockets with ${bytes(a.unsentBytes)} unsent, ${whole(a.pausedSessions)} that are not read`,
    ],
  ]);
  const trimmed = table.split('\n').map((line) => line.trimEnd());
  return `${heading}\n\n${trimmed.join('\n')}`;
}

/** Nothing on a node by itself, as what follows. */
function drawCluster(a: Activity): string[][] {
  if (a.redisState === '') return [];
  const others = `${whole(a.nodesCatchingUp)} catching up, ${whole(a.nodesSilent)} silent, ${whole(a.nodesUnreadable)} unreadable`;
  return [['cluster', whole(a.nodesReady), `nodes ready, ${others}`]];
}

function drawWaitingForNodes(a: Activity): string[][] {
  if (a.redisState === '') return [];
  return [
    ['', whole(a.unpublishedEntries), `entries for Redis, which is ${a.redisState}`],
    ['', whole(a.unreceiptedEntries), 'entries for Redis or other nodes to confirm them'],
    ['', whole(a.missingEntries), 'entries that other nodes have'],
  ];
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Z])/g, '_').toLowerCase();
}

function plain(value: string | number | null): string {
  if (typeof value === 'string') return value || UNKNOWN;
  return value === null ? UNKNOWN : String(Number(value.toPrecision(6)));
}

function whole(value: number | null): string {
  return value === null ? UNKNOWN : String(Math.round(value));
}

function perSecond(value: number | null): string {
  return value === null ? UNKNOWN : `${value < 10 ? value.toFixed(1) : Math.round(value)}/s`;
}

function milliseconds(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  const ms = seconds * 1000;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function percent(share: number | null): string {
  return share === null ? UNKNOWN : `${Math.round(share * 100)} %`;
}

function bytes(value: number | null): string {
  if (value === null) return UNKNOWN;
  if (value < KIB) return `${Math.round(value)} B`;
  if (value < KIB * KIB) return `${(value / KIB).toFixed(1)} KiB`;
  return `${(value / KIB / KIB).toFixed(1)} MiB`;
}

function duration(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h ${Math.floor((seconds % 3600) / 60)} min` : `${Math.floor(hours / 24)} days`;
}
