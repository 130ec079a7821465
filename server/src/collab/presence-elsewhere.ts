import type { Speaker } from './presence-claims.ts';
import type { ToldPerson } from './presence-told.ts';

export type PersonElsewhere = Extract<ToldPerson, { kind: 'here' }>;

/** Another node, as the speaker for one of its people: their rank is theirs, though the word is the node's. */
export class SpeakerElsewhere implements Speaker {
  readonly node: string;
  readonly user: string;
  #mayEdit: boolean;
  #editedAt: number;

  constructor(node: string, person: PersonElsewhere, now: number) {
    this.node = node;
    this.user = person.user;
    this.#mayEdit = person.mayEdit;
    this.#editedAt = editedAtOf(person, now);
  }

  /** No connection is it: nobody here may take its words for theirs. */
  get owner(): this {
    return this;
  }

  get mayEdit(): boolean {
    return this.#mayEdit;
  }

  get editedAt(): number {
    return this.#editedAt;
  }

  /** @returns whether they are further ahead than before */
  rankAs(person: PersonElsewhere, now: number): boolean {
    const [mayEdit, editedAt] = [this.#mayEdit, this.#editedAt];
    this.#mayEdit = person.mayEdit;
    // What took longer on its way seems to be earlier: no edit is undone by that.
    this.#editedAt = Math.max(editedAt, editedAtOf(person, now));
    return (this.#mayEdit && !mayEdit) || this.#editedAt > editedAt;
  }
}

function editedAtOf({ editedMsAgo }: PersonElsewhere, now: number): number {
  return editedMsAgo === null ? Number.NEGATIVE_INFINITY : now - editedMsAgo;
}
