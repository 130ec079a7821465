import type { Random, ServerProcess } from '@quire/testing';
import { pause } from '../pause.ts';
import type { KeptDocuments } from './kept-documents.ts';

/** How often something happened that a run is not worth much without. */
export interface Tally {
  visits: number;
  receipts: number;
  cleanReconnects: number;
  abruptReconnects: number;
  offlineEdits: number;
  lurkers: number;
  moves: number;
  bigOpenings: number;
  deletions: number;
  requests: number;
  refusals: number;
}

export type Deed = keyof Tally;

export function createTally(): Tally {
  return {
    visits: 0,
    receipts: 0,
    cleanReconnects: 0,
    abruptReconnects: 0,
    offlineEdits: 0,
    lurkers: 0,
    moves: 0,
    bigOpenings: 0,
    deletions: 0,
    requests: 0,
    refusals: 0,
  };
}

/** What every part of the load works with. */
export interface Stage {
  readonly server: Pick<ServerProcess, 'url' | 'wsUrl' | 'port'>;
  /** When it comes, acts end: everybody says what they have to say, and leaves. */
  readonly curtain: AbortSignal;
  readonly kept: KeptDocuments;
  did(deed: Deed, times?: number): void;
  /** Something that must not happen has happened; the run goes on, and fails. */
  fault(words: string): void;
}

/** One part of the load: does something once, and leaves nobody behind. */
export type Act = (stage: Stage, random: Random) => Promise<void>;

/** Plays an act again and again until the curtain falls; an act that fails is a fault. */
export async function playOn(stage: Stage, name: string, random: Random, restMs: number, act: Act): Promise<void> {
  while (!stage.curtain.aborted) {
    try {
      await act(stage, random);
    } catch (error) {
      stage.fault(`${name}: ${describe(error)}`);
    }
    await pause(random.below(2 * restMs), stage.curtain);
  }
}

/** With what lies below it: that a request failed is all that `fetch` itself says. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
