import { encodePresence } from '@quire/protocol';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import type { Participant } from '../participant.ts';
import type { Stage } from '../stage.ts';

/** Of G7: on a node, whoever is gone is gone from every screen. */
const PROMPT_MS = 1_000;

const presentAtOnce: Check = {
  id: 'present-at-once',
  guarantee: 'G7',
  title: 'Who enters sees at once who is there',
  does: 'ada says who she is; later ben opens the document, and ada says nothing more',
  passes: `ben sees her within ${PROMPT_MS / 1_000} s`,
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const witness = await stage.join(document, { name: 'cleo' });
    await announce(stage, ada, witness);
    const ben = await stage.join(document, { name: 'ben' });
    await stage.expect({
      sent: 'the handshake of ben, where ada is present',
      expected: `ben sees her within ${PROMPT_MS} ms`,
      until: () => ben.sees(ada) !== undefined,
      came: () => `he saw ${ben.awareness.getStates().size} people`,
      withinMs: PROMPT_MS,
    });
  },
};

const cleanLeave: Check = {
  id: 'clean-leave',
  guarantee: 'G7',
  title: `Who says that they left is gone within ${PROMPT_MS / 1_000} s`,
  does: 'ada takes back who she is, with an awareness state of null, on a socket that stays open',
  passes: `ben no longer sees her within ${PROMPT_MS / 1_000} s`,
  async run(stage) {
    const [ada, ben] = await twoPresent(stage);
    ada.announce(null);
    await expectGone(stage, ada, ben, 'an awareness state of null, on a socket that stays open');
  },
};

const killedSocket: Check = {
  id: 'killed-socket',
  guarantee: 'G7',
  title: `Whose socket is cut is gone within ${PROMPT_MS / 1_000} s`,
  does: 'ada’s socket is destroyed, as when a browser is killed, without a goodbye in any protocol above TCP',
  passes: `ben no longer sees her within ${PROMPT_MS / 1_000} s`,
  async run(stage) {
    const [ada, ben] = await twoPresent(stage);
    ada.cut();
    await expectGone(stage, ada, ben, 'nothing: her socket was destroyed');
  },
};

const forgedRemoval = forgery({
  id: 'forged-removal',
  title: 'Nobody takes another off the screens',
  what: 'that ada has left',
  state: 'null',
});

const forgedState = forgery({
  id: 'forged-presence',
  title: 'Nobody speaks in the name of another',
  what: 'that ada is called Mallory',
  state: '{"name":"Mallory"}',
});

interface Forgery {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly state: string;
}

/** Higher than any that a client reaches in a check. */
const FORGED_CLOCK = 1_000;

function forgery({ id, title, what, state }: Forgery): Check {
  return {
    id,
    guarantee: 'G6',
    title,
    does: `eve, who is somebody else by her token or, without tokens, another guest, sends presence under ada’s client id, with a later clock, which says ${what}`,
    passes: 'ben sees of ada what ada said, before and after, and nothing else',
    needs: ['another-person'],
    async run(stage) {
      const document = stage.document();
      const [ada, ben, eve] = [
        await stage.join(document, { name: 'ada' }),
        await stage.join(document, { name: 'ben' }),
        await stage.join(document, { name: 'eve', token: stage.target.otherToken ?? '' }),
      ];
      await announce(stage, ada, ben);
      const clientId = ada.doc.clientID;
      eve.say({ kind: 'presence', presence: encodePresence([{ clientId, clock: FORGED_CLOCK, state }]) });
      const sent = `presence of eve, with ada’s client id, which says ${what}`;
      // Whatever becomes of the forgery has become of it when ben hears what eve said after it, or when eve is put out.
      eve.announce({ name: 'eve' });
      await stage.expect({
        sent,
        expected: 'ben sees eve, who says who she is, or eve is put out',
        until: () => ben.sees(eve) !== undefined || eve.end !== null,
        came: () => 'neither',
      });
      sayAfter(ada, FORGED_CLOCK + 1, '{"name":"ada","moved":true}');
      await stage.expect({
        sent: `${sent}; then ada says that she moved`,
        expected: 'ben sees that',
        until: () => hasMoved(ben.sees(ada)),
        came: () => `ben saw ${JSON.stringify(ben.sees(ada)) ?? 'nobody'} as ada`,
      });
      const seen = ben.sightings.filter((sighting) => sighting.clientId === clientId).map((one) => one.state);
      const forged = seen.find((one) => one === null || JSON.stringify(one).includes('Mallory'));
      if (forged === undefined) return;
      throw new CheckFailure({
        sent,
        expected: 'that ben is told nothing of it',
        came: `ben was told ${describe(forged)}`,
      });
    },
  };
}

/** A server may add who it is by their token. */
const hasMoved = (state: unknown): boolean => typeof state === 'object' && state !== null && 'moved' in state;

const describe = (state: unknown): string => (state === null ? 'that ada has left' : JSON.stringify(state));

/** Under her own client id, at a clock beyond that of any forgery. */
function sayAfter(person: Participant, clock: number, state: string): void {
  const entry = { clientId: person.doc.clientID, clock, state };
  person.say({ kind: 'presence', presence: encodePresence([entry]) });
}

async function twoPresent(stage: Stage): Promise<[Participant, Participant]> {
  const document = stage.document();
  const ada = await stage.join(document, { name: 'ada' });
  const ben = await stage.join(document, { name: 'ben' });
  await announce(stage, ada, ben);
  return [ada, ben];
}

async function announce(stage: Stage, person: Participant, witness: Participant): Promise<void> {
  person.announce({ name: person.name });
  await stage.expect({
    sent: `who ${person.name} is`,
    expected: `${witness.name} sees ${person.name}`,
    until: () => witness.sees(person) !== undefined,
    came: () => witness.end ?? 'nothing of the kind',
  });
}

function expectGone(stage: Stage, person: Participant, witness: Participant, sent: string): Promise<void> {
  return stage.expect({
    sent,
    expected: `${witness.name} no longer sees ${person.name} within ${PROMPT_MS} ms`,
    until: () => witness.sees(person) === undefined,
    came: () => `${witness.name} still saw ${JSON.stringify(witness.sees(person))}`,
    withinMs: PROMPT_MS,
  });
}

export const presenceChecks: readonly Check[] = [presentAtOnce, cleanLeave, killedSocket, forgedRemoval, forgedState];
