import {
  type HocuspocusPerson,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type ServerProcess,
  until,
} from '@quire/testing';
import type * as Y from 'yjs';

/** People with published providers, unmodified, who work in one document while intruders come and go in it. */
export interface Innocents {
  /** How much they have written together. */
  readonly written: number;
  /** Waits until all that they wrote is saved and everybody has it, somebody who comes now included. */
  check(): Promise<void>;
  leave(): void;
}

interface Innocent {
  readonly name: string;
  readonly doc: Y.Doc;
  readonly marks: string[];
  readonly person: HocuspocusPerson | ReturnType<typeof joinWithYWebsocket>;
}

const KEYSTROKE_MS = 40;
/** Text that is longer is taken out again: a long run is no test of long documents. */
const LONGEST_TEXT = 2_000;
const PATIENCE_MS = 60_000;

/**
 * @param notice called with whatever they should never have seen
 * @param tokenOf with what each comes by name, where a token is asked for
 */
export async function seatInnocents(
  { wsUrl }: ServerProcess,
  document: string,
  notice: (words: string) => void,
  tokenOf: (name: string) => string = () => '',
): Promise<Innocents> {
  const innocents = [
    seat('Ada', joinWithHocuspocus(wsUrl, document, { token: tokenOf('Ada') })),
    seat('Ben', joinWithYWebsocket(wsUrl, document, { token: tokenOf('Ben') })),
    seat('Cleo', joinWithHocuspocus(wsUrl, document, { token: tokenOf('Cleo') })),
  ];
  await waitFor(() => innocents.every(({ person }) => person.provider.synced), 'the innocent are not let in');
  let isOver = false;
  for (const innocent of innocents) {
    watch(innocent, (words) => {
      if (!isOver) notice(words);
    });
  }
  const typing = setInterval(() => {
    for (const innocent of innocents) type(innocent);
  }, KEYSTROKE_MS);

  return {
    get written() {
      return innocents.reduce((total, { marks }) => total + marks.length, 0);
    },
    async check() {
      clearInterval(typing);
      await waitFor(() => innocents.every(isSaved), 'what the innocent wrote is not saved');
      await waitFor(
        () => innocents.every(({ doc }) => hasAll(doc, innocents)),
        'the innocent do not have each other’s words',
      );
      await waitFor(() => innocents.every((one) => seesAll(one, innocents)), 'the innocent do not see each other');
      const late = joinWithYWebsocket(wsUrl, document, { token: tokenOf('somebody') });
      try {
        await waitFor(() => late.provider.synced && hasAll(late.doc, innocents), 'who comes later lacks something');
      } finally {
        late.leave();
      }
    },
    leave() {
      clearInterval(typing);
      isOver = true;
      for (const { person } of innocents) person.leave();
    },
  };
}

function seat(name: string, person: Innocent['person']): Innocent {
  person.provider.awareness?.setLocalStateField('user', { name });
  return { name, doc: person.doc, marks: [], person };
}

function watch({ name, person }: Innocent, notice: (words: string) => void): void {
  if (isHocuspocus(person)) {
    person.provider.on('disconnect', () => notice(`${name} lost the connection`));
    person.provider.on('close', ({ event }: { event: { code: number } }) =>
      notice(`${name} was closed with ${event.code}`),
    );
    person.provider.on('authenticationFailed', ({ reason }: { reason: string }) =>
      notice(`${name} was refused: ${reason}`),
    );
  } else {
    person.provider.on('connection-close', (event: { code: number } | null) =>
      notice(`${name} was closed with ${event?.code}`),
    );
    person.provider.on('connection-error', () => notice(`${name} lost the connection`));
  }
}

function isHocuspocus(person: Innocent['person']): person is HocuspocusPerson {
  return 'socket' in person;
}

function type({ name, doc, marks }: Innocent): void {
  const mark = `${name}:${marks.length}`;
  doc.transact(() => {
    doc.getMap('marks').set(mark, true);
    const body = doc.getText('innocent');
    body.insert(body.length, `${mark} `);
    if (body.length > LONGEST_TEXT) body.delete(0, LONGEST_TEXT / 2);
  });
  marks.push(mark);
}

/** The provider of y-websocket knows no receipts: what others see, and find later, is the proof. */
function isSaved({ person }: Innocent): boolean {
  return !isHocuspocus(person) || (person.provider.synced && !person.provider.hasUnsyncedChanges);
}

function hasAll(doc: Y.Doc, innocents: readonly Innocent[]): boolean {
  const marks = doc.getMap('marks');
  return innocents.every((innocent) => innocent.marks.every((mark) => marks.has(mark)));
}

function seesAll({ person }: Innocent, innocents: readonly Innocent[]): boolean {
  const states = person.provider.awareness?.getStates();
  return innocents.every(
    ({ name, doc }) => (states?.get(doc.clientID)?.user as { name?: string } | undefined)?.name === name,
  );
}

async function waitFor(isSo: () => boolean, what: string): Promise<void> {
  await until(isSo, { what, timeoutMs: PATIENCE_MS });
}
