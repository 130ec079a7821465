import type { Random } from '@quire/testing';
import { createDeck, type Deck } from './deck.ts';

/** Something that goes wrong, and ends. */
export type Fault =
  /** SIGKILL, and a start a while later. */
  | { readonly kind: 'kill'; readonly node: number }
  /** SIGTERM, and a start at once. */
  | { readonly kind: 'restart'; readonly node: number }
  /** SIGSTOP: connections look open. */
  | { readonly kind: 'pause'; readonly node: number }
  | { readonly kind: 'fill-disk'; readonly node: number }
  | { readonly kind: 'cut-redis-link'; readonly node: number }
  /** Half-open: nothing gets through, and nobody is told. */
  | { readonly kind: 'freeze-redis-link'; readonly node: number }
  | { readonly kind: 'delay-redis-link'; readonly node: number; readonly delayMs: number }
  | { readonly kind: 'cut-peer-link'; readonly node: number }
  | { readonly kind: 'freeze-peer-link'; readonly node: number }
  | { readonly kind: 'delay-peer-link'; readonly node: number; readonly delayMs: number }
  /** It can't ask the others, though they can ask it. */
  | { readonly kind: 'cut-out-link'; readonly node: number }
  /** Neither Redis nor the others can be reached from there, nor it by them. */
  | { readonly kind: 'isolate'; readonly node: number }
  | { readonly kind: 'kill-redis' }
  | { readonly kind: 'pause-redis' }
  | { readonly kind: 'flush-redis' };

export type FaultKind = Fault['kind'];

export interface PlannedFault {
  readonly atMs: number;
  readonly lastsMs: number;
  readonly fault: Fault;
}

export interface PlanOptions {
  readonly nodes: number;
  readonly durationMs: number;
  /** What kinds come from; one for all rounds of a run, so that every kind comes up in a few of them. */
  readonly deck: Deck<FaultKind>;
}

export const nodeFaults = [
  'kill',
  'restart',
  'pause',
  'fill-disk',
  'cut-redis-link',
  'freeze-redis-link',
  'delay-redis-link',
  'cut-peer-link',
  'freeze-peer-link',
  'delay-peer-link',
  'cut-out-link',
  'isolate',
] as const satisfies readonly FaultKind[];
export const redisFaults = ['kill-redis', 'pause-redis', 'flush-redis'] as const satisfies readonly FaultKind[];

const ofRedis: ReadonlySet<FaultKind> = new Set(redisFaults);
/** A node that has one of these takes no edits; one of all is always left that does. */
const stopping: ReadonlySet<FaultKind> = new Set(['kill', 'restart', 'pause', 'fill-disk']);

/** Before the first, everybody has typed a little, and with the last all is over. */
const CALM_MS = 2_000;
const MIN_GAP_MS = 200;
const MAX_GAP_MS = 2_500;
const MIN_LASTS_MS = 300;
/** Longer than a node is thought alive without a word (4 s), so that some are given up and come back. */
const MAX_LASTS_MS = 7_000;
const MAX_DELAY_MS = 300;
/** What a node that starts takes until it does what it is there for, on a slow machine. */
const RECOVERY_MS = 3_000;

/** @param canFillDisks disks of nodes can be filled, which takes a mount */
export function createFaultDeck(random: Random, canFillDisks: boolean): Deck<FaultKind> {
  const kinds: readonly FaultKind[] = [...nodeFaults, ...redisFaults];
  return createDeck(
    kinds.filter((kind) => canFillDisks || kind !== 'fill-disk'),
    random,
  );
}

/**
 * What goes wrong when. Faults overlap as they like, but for two things: none begins where another one is, and a node is
 * always left to write to.
 */
export function planFaults(random: Random, { nodes, durationMs, deck }: PlanOptions): readonly PlannedFault[] {
  const planned: PlannedFault[] = [];
  const step = (): number => MIN_GAP_MS + random.below(MAX_GAP_MS - MIN_GAP_MS);
  for (let atMs = CALM_MS; atMs + MIN_LASTS_MS < durationMs; atMs += step()) {
    const lastsMs = Math.min(MIN_LASTS_MS + random.below(MAX_LASTS_MS - MIN_LASTS_MS), durationMs - atMs);
    const node = random.below(nodes);
    const current = planned.filter((other) => other.atMs + other.lastsMs + RECOVERY_MS > atMs);
    const befallen = new Set(current.map(({ fault }) => targetOf(fault)));
    const stopped = current.filter(({ fault }) => stopping.has(fault.kind)).length;
    const kind = deck.draw(
      (one) => !befallen.has(targetOf({ kind: one, node })) && !(stopping.has(one) && stopped >= nodes - 1),
    );
    if (kind === null) continue;
    planned.push({ atMs, lastsMs, fault: describeFault(kind, node, random) });
  }
  return planned;
}

/** What it befalls: a node, or Redis. */
export function targetOf({ kind, node }: { readonly kind: FaultKind; readonly node?: number }): string {
  return ofRedis.has(kind) ? 'redis' : `node ${node}`;
}

export function describePlanned({ fault, lastsMs }: PlannedFault): string {
  const delay = 'delayMs' in fault ? ` by ${fault.delayMs} ms` : '';
  return `${fault.kind} at ${targetOf(fault)}${delay}, for ${lastsMs} ms`;
}

function describeFault(kind: FaultKind, node: number, random: Random): Fault {
  switch (kind) {
    case 'kill-redis':
    case 'pause-redis':
    case 'flush-redis':
      return { kind };
    case 'delay-redis-link':
    case 'delay-peer-link':
      return { kind, node, delayMs: 1 + random.below(MAX_DELAY_MS) };
    case 'kill':
    case 'restart':
    case 'pause':
    case 'fill-disk':
    case 'cut-redis-link':
    case 'freeze-redis-link':
    case 'cut-peer-link':
    case 'freeze-peer-link':
    case 'cut-out-link':
    case 'isolate':
      return { kind, node };
    default:
      return kind satisfies never;
  }
}
