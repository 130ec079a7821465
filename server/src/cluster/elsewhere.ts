import type { PresentPerson, SessionInfo } from '@quire/protocol';
import type { Clock } from '../clock.ts';
import type { NodeReport } from './cluster.ts';
import { PeerError } from './peer-link.ts';

/** Long for a node that is there, and short for a person who waits. */
export const PATIENCE_MS = 2_000;

/** Those who have a document open by one node. */
export interface PeopleThere {
  readonly people: readonly PresentPerson[];
  /** How many more are there. */
  readonly counted: number;
}

/** Asks another node who has a document open by it. */
export interface PeopleLink {
  /** @throws {PeerError} */
  people(address: string, document: string, signal: AbortSignal): Promise<PeopleThere>;
  /** @throws {PeerError} */
  sessions(address: string, document: string, signal: AbortSignal): Promise<readonly SessionInfo[]>;
  /** @returns whether it had such a session. @throws {PeerError} */
  endSession(address: string, document: string, session: string, signal: AbortSignal): Promise<boolean>;
}

export interface Gathered<T> {
  readonly answers: readonly T[];
  /** Ids of the nodes that did not answer in time, or have fallen silent. */
  readonly unanswered: readonly string[];
}

/** Who has a document open by the other nodes of the cluster. */
export interface Elsewhere {
  people(document: string): Promise<Gathered<PeopleThere>>;
  sessions(document: string): Promise<Gathered<readonly SessionInfo[]>>;
  endSession(document: string, session: string): Promise<Gathered<boolean>>;
}

/** For a node by itself. */
export const nowhereElse: Elsewhere = {
  people: async () => ({ answers: [], unanswered: [] }),
  sessions: async () => ({ answers: [], unanswered: [] }),
  endSession: async () => ({ answers: [], unanswered: [] }),
};

/**
 * Asks all other nodes at once. Rooms know of others only while the document is open here, and only what has been told;
 * who has it open by another node is known there for certain.
 */
export function createElsewhere(options: {
  readonly link: PeopleLink;
  readonly clock: Pick<Clock, 'after'>;
  readonly readNodes: () => readonly NodeReport[];
}): Elsewhere {
  const { clock, link, readNodes } = options;

  async function gather<T>(ask: (address: string, signal: AbortSignal) => Promise<T>): Promise<Gathered<T>> {
    const patience = new AbortController();
    const stopWaiting = clock.after(PATIENCE_MS, () => patience.abort());
    const answers: T[] = [];
    const unanswered: string[] = [];
    const others = readNodes().filter(({ isSelf }) => !isSelf);
    try {
      await Promise.all(
        others.map(async ({ address, id, state }) => {
          // Nobody waits for one that has fallen silent: its people are gone with it (G7), as far as anybody knows.
          const answer = state === 'silent' ? null : await tryAsk(() => ask(address, patience.signal));
          if (answer === null) unanswered.push(id);
          else answers.push(answer);
        }),
      );
    } finally {
      stopWaiting();
    }
    return { answers, unanswered: unanswered.sort() };
  }

  return {
    people: (document) => gather((address, signal) => link.people(address, document, signal)),
    sessions: (document) => gather((address, signal) => link.sessions(address, document, signal)),
    endSession: (document, session) => gather((address, signal) => link.endSession(address, document, session, signal)),
  };
}

/** Null where there is no answer, be it that the other node is of a release that does not know the question. */
async function tryAsk<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PeerError) return null; // whoever asked is told which node that was
    throw error;
  }
}
