import type { NodesAnswer } from '../../cluster/http/peer-wire.ts';
import { alignColumns } from '../columns.ts';

type NodeAnswer = NodesAnswer['nodes'][number];

/** How a cluster stands, to be read at a glance. */
export function describeNodes({ nodes, redis, unreadiness }: NodesAnswer, now: number): string {
  const rows = nodes.map((node) => [
    node.isSelf ? `${node.id} (asked)` : node.id,
    node.address || '-',
    describeState(node),
    node.release || '-',
    describeHeard(node),
    String(node.missingEntries),
  ]);
  const table = alignColumns([['node', 'address', 'state', 'release', 'heard', 'missing'], ...rows]);
  return [
    table,
    ...(unreadiness === null ? [] : [`It is not ready: ${unreadiness}.\n`]),
    ...describeRedis(redis, now),
    ...nodes.filter(({ state }) => state === 'silent').map(describeSilent),
    ...nodes.filter(({ state }) => state === 'unreadable').map(describeUnreadable),
  ].join('');
}

function describeState({ heardMsAgo, state }: NodeAnswer): string {
  switch (state) {
    case 'ready':
      return 'ready';
    case 'catching-up':
      return 'catching up';
    case 'silent':
      return heardMsAgo === null ? 'silent' : `silent for ${describeDuration(heardMsAgo)}`;
    case 'unreadable':
      return 'unreadable';
    default:
      return state satisfies never;
  }
}

function describeHeard({ heardMsAgo, isSelf }: NodeAnswer): string {
  if (isSelf) return '-';
  return heardMsAgo === null ? 'never' : `${describeDuration(heardMsAgo)} ago`;
}

function describeRedis({ detail = '', since, state }: NodesAnswer['redis'], now: number): string[] {
  switch (state) {
    case 'connected':
    case 'closed':
      return [];
    case 'connecting':
      return ['Redis has not been reached yet; nodes ask each other directly.\n'];
    case 'away': {
      const duration = since === undefined ? '' : ` for ${describeDuration(Math.max(0, now - Date.parse(since)))}`;
      return [`Redis is away${duration}: ${detail}. Editing goes on, and nodes ask each other directly.\n`];
    }
    default:
      return state satisfies never;
  }
}

function describeSilent({ id }: NodeAnswer): string {
  return `If ${id} never returns: quire nodes forget ${id}\n`;
}

function describeUnreadable({ id, release }: NodeAnswer): string {
  return (
    `The node that was asked can't read what ${id} says of itself, of release ${release || 'unknown'}. ` +
    'Where that is later than its own: update the one that was asked\n'
  );
}

function describeDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
