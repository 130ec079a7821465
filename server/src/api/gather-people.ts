import type { DocumentName, PresenceList, PresentPerson, SessionInfo } from '@quire/protocol';
import type { Elsewhere } from '../cluster/elsewhere.ts';
import type { ListedPeople } from '../collab/listed-people.ts';
import { ApiError } from '../problems.ts';

/** Who has documents open by this node; see `Collaboration`. */
export interface PeopleHere {
  people(name: DocumentName): ListedPeople;
  peopleHere(name: DocumentName): ListedPeople;
  sessions(name: DocumentName): readonly SessionInfo[];
  endSession(name: DocumentName, id: string): boolean;
}

export interface GatheredSessions {
  /** By id. */
  readonly sessions: readonly SessionInfo[];
  readonly unanswered: readonly string[];
}

/** Who has documents open, on this node and on all others. */
export interface People {
  list(name: DocumentName): Promise<PresenceList>;
  sessions(name: DocumentName): Promise<GatheredSessions>;
  /** @throws {ApiError} `unknown-session`, `node-unanswered` */
  end(name: DocumentName, id: string): Promise<void>;
}

export function gatherPeople(here: PeopleHere, elsewhere: Elsewhere, maxListed: number): People {
  return {
    async list(name) {
      const { answers, unanswered } = await elsewhere.people(name);
      const own = here.peopleHere(name);
      // Of a node that does not answer, what it has told before is better than nothing.
      const told = unanswered.length === 0 ? [] : here.people(name).people;
      const all = once([...own.people, ...answers.flatMap(({ people }) => people), ...told]);
      const people = all.slice(0, maxListed);
      const counted = [own, ...answers].reduce((sum, each) => sum + each.counted, all.length - people.length);
      return { people, counted, unanswered: [...unanswered] };
    },
    async sessions(name) {
      const { answers, unanswered } = await elsewhere.sessions(name);
      const sessions = [...here.sessions(name), ...answers.flat()];
      return { sessions: sessions.sort((one, other) => (one.id < other.id ? -1 : 1)), unanswered };
    },
    async end(name, id) {
      if (here.endSession(name, id)) return;
      const { answers, unanswered } = await elsewhere.endSession(name, id);
      if (answers.includes(true)) return;
      if (unanswered.length > 0) {
        const nodes = unanswered.join(', ');
        throw new ApiError('node-unanswered', `No node that answers has this session; these do not answer: ${nodes}`);
      }
      throw new ApiError('unknown-session', 'Nobody has the document open by this session');
    },
  };
}

/** Who moves from one node to another is on both for a moment. */
function once(people: readonly PresentPerson[]): PresentPerson[] {
  const byClient = new Map<number, PresentPerson>();
  for (const person of people) if (!byClient.has(person.clientId)) byClient.set(person.clientId, person);
  return [...byClient.values()];
}
