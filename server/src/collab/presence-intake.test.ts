import { encodePresence, parseAddress } from '@quire/protocol';
import { expect, it } from 'vitest';
import { createPresence } from '../testing/create-presence.ts';
import { FakePort } from '../testing/fake-port.ts';
import { DocumentConnection, mayEdit, userOf } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { Presence } from './presence.ts';
import { hearPresence } from './presence-intake.ts';
import type { ToldPerson } from './presence-told.ts';

const CLIENT = 1;
const limits = { maxEntries: 10, maxStateBytes: 1_000 };

/** A document of which only the presence is asked for. */
function stage() {
  const presence = createPresence({ mayEdit, userOf });
  const owner = { presence, presenceChanged() {} } as unknown as DocumentOwner;
  const enter = (user: string): DocumentConnection => {
    const connection = new DocumentConnection(new FakePort(), parseAddress('plan'), {
      endConnection() {},
      renewGrant() {},
    });
    const grant = { user: { id: user, name: user }, role: 'editor', canWrite: true, expiresAt: null } as never;
    connection.state = { kind: 'established', owner, grant, hocuspocus: null };
    presence.enter(connection);
    return connection;
  };
  const say = (connection: DocumentConnection, clock: number, unprompted: boolean): void => {
    const message = encodePresence([{ clientId: CLIENT, clock, state: '{}' }]);
    hearPresence(connection, owner, message, limits, unprompted);
  };
  const hearOf = (user: string, clock: number): void => hear(presence, user, clock);
  return { presence, enter, say, hearOf };
}

function hear(presence: Presence, user: string, clock: number): void {
  const state = JSON.stringify({ user: { id: user } });
  const person: ToldPerson = { kind: 'here', clientId: CLIENT, clock, state, user, mayEdit: true, editedMsAgo: null };
  presence.hearElsewhere('north', { people: [person], counted: 0 }, false);
}

it('[G6] somebody who is here by another node is not taken over by somebody else, whatever clock they claim', () => {
  const { presence, enter, say, hearOf } = stage();
  hearOf('ada', 7);
  const eve = enter('eve');
  say(eve, 1_000, true);
  say(enter(''), 1_000, true);
  expect(presence.userOf(CLIENT)).toBe('ada');
  expect(presence.countOf(eve)).toBe(0);
});

it('[R10] a named user who comes here from another node takes over their own state', () => {
  const { presence, enter, say, hearOf } = stage();
  hearOf('ada', 7);
  const ada = enter('ada');
  say(ada, 8, false);
  expect(presence.ownerOf(CLIENT)).toBe(ada);
});

it('[R10] a guest who comes here from another node does so with what they say unprompted, and not later', () => {
  for (const unprompted of [false, true]) {
    const { presence, enter, say, hearOf } = stage();
    hearOf('', 7);
    const guest = enter('');
    say(guest, 7, unprompted);
    say(guest, 9, false);
    expect(presence.ownerOf(CLIENT) === guest).toBe(unprompted);
  }
});

it('[R10] who is shown as another node says goes on to speak for themself', () => {
  const { presence, enter, say, hearOf } = stage();
  const guest = enter('');
  say(guest, 3, true);
  hearOf('', 5);
  expect(presence.ownerOf(CLIENT)).not.toBe(guest);
  say(guest, 6, false);
  expect(presence.ownerOf(CLIENT)).toBe(guest);
});
