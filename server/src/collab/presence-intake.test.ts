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
  const owner = { presence, presenceChanged() {}, stragglers: { welcome() {} } } as unknown as DocumentOwner;
  const enter = (user: string): DocumentConnection => {
    const connection = new DocumentConnection(new FakePort(), parseAddress('plan'), {
      countWaiting() {},
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

/** As when its socket closes: by then nobody can tell from it whose it was. */
function leave(presence: Presence, connection: DocumentConnection): void {
  connection.state = { kind: 'closed' };
  presence.forget(connection);
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

it('[G6] [R10] nobody else comes as a client that a named user has just left, be it that they were here by another node', () => {
  for (const isElsewhere of [false, true]) {
    const { presence, enter, say, hearOf } = stage();
    const ada = enter('ada');
    if (isElsewhere) hearOf('ada', 7);
    else say(ada, 7, true);
    if (isElsewhere) presence.loseNode('north');
    else leave(presence, ada);
    const [eve, guest] = [enter('eve'), enter('')];
    for (const somebody of [eve, guest]) for (const unprompted of [false, true]) say(somebody, 1_000, unprompted);
    expect(presence.userOf(CLIENT)).toBeNull();
    const back = enter('ada');
    say(back, 8, false);
    expect(presence.ownerOf(CLIENT)).toBe(back);
  }
});

it('[G6] [R10] nor does another node bring somebody else as such a client', () => {
  const { presence, enter, say, hearOf } = stage();
  const ada = enter('ada');
  say(ada, 7, true);
  leave(presence, ada);
  hearOf('eve', 1_000);
  expect(presence.userOf(CLIENT)).toBeNull();
  hearOf('ada', 8);
  expect(presence.userOf(CLIENT)).toBe('ada');
});

it('[R10] anybody may come as a client that was a guest’s', () => {
  const { presence, enter, say } = stage();
  const guest = enter('');
  say(guest, 7, true);
  leave(presence, guest);
  const ada = enter('ada');
  say(ada, 8, true);
  expect(presence.ownerOf(CLIENT)).toBe(ada);
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
