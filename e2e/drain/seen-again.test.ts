import { joinWithHocuspocus, joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

type Person = ReturnType<typeof joinWithHocuspocus> | ReturnType<typeof joinWithYWebsocket>;

/** Published clients say so again by themselves after fifteen seconds without a change: it must not be that which helps. */
const SOONER_THAN_BY_THEMSELVES_MS = 10_000;

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ ownProcess: true });
}, 60_000);
afterAll(() => server.stop());

interface Comer {
  readonly document: string;
  readonly name: string;
  readonly writes: boolean;
}

function come(join: typeof joinWithHocuspocus | typeof joinWithYWebsocket, { document, name, writes }: Comer): Person {
  const person = join(server.wsUrl, document);
  onTestFinished(() => person.leave());
  if (writes) person.doc.getText('body').insert(0, `${name} was here. `);
  person.provider.awareness?.setLocalStateField('user', { name });
  return person;
}

function seenBy({ provider }: Person): string {
  const states = [...(provider.awareness?.getStates().values() ?? [])];
  return states
    .map((state) => (state.user as { readonly name: string } | undefined)?.name)
    .filter((name) => name !== undefined)
    .sort()
    .join();
}

describe('people whose server is started again', () => {
  it.each([
    ['y-websocket', joinWithYWebsocket, joinWithYWebsocket, true],
    ['Hocuspocus', joinWithHocuspocus, joinWithHocuspocus, true],
    ['each of them', joinWithHocuspocus, joinWithYWebsocket, true],
    ['each of them where nothing is written', joinWithYWebsocket, joinWithHocuspocus, false],
  ] as const)(
    '[G7] see each other as soon as they are back, with the providers of %s',
    async (document, first, second, writes) => {
      const ada = come(first, { document, name: 'Ada', writes });
      const ben = come(second, { document, name: 'Ben', writes });
      await until(() => seenBy(ada) === 'Ada,Ben' && seenBy(ben) === 'Ada,Ben', { what: 'both see both' });
      await server.kill();
      await until(() => seenBy(ada) === 'Ada' && seenBy(ben) === 'Ben', { what: 'each is alone' });
      await server.restart();
      await until(() => ada.provider.synced && ben.provider.synced, { what: 'both are back', timeoutMs: 40_000 });
      await until(() => seenBy(ada) === 'Ada,Ben' && seenBy(ben) === 'Ada,Ben', {
        what: () => `Ada sees ${seenBy(ada)}, Ben sees ${seenBy(ben)}`,
        timeoutMs: SOONER_THAN_BY_THEMSELVES_MS,
      });
      expect(seenBy(ada)).toBe(seenBy(ben));
    },
    60_000,
  );
});
