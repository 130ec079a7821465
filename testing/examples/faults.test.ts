// Each fault as docs/testing.md shows it.
import { converged, type JoinedPerson, join, seeded, startServer, until } from '@quire/testing';
import { test, testWith } from '@quire/testing/vitest';
import { describe, expect } from 'vitest';

/** How often somebody's line has brought them to the server. */
const connectionsOf = ({ timeline }: JoinedPerson) =>
  timeline.events.filter(({ what }) => what === '← connected').length;

describe('people', () => {
  test('come with any of the three clients', async ({ server }) => {
    const ada = await server.join('plan', { name: 'Ada', dialect: 'quire' });
    const ben = await server.join('plan', { name: 'Ben', dialect: 'hocuspocus' });
    const cleo = await server.join('plan', { name: 'Cleo', dialect: 'y-websocket' });
    ada.doc.getText('body').insert(0, 'Hello');
    await ada.saved();
    await converged({ ada, ben, cleo });
  });

  test('are seen by each other, and leave', async ({ server }) => {
    const ada = await server.join('plan', { name: 'Ada' });
    const ben = await server.join('plan', { name: 'Ben' });
    const present = () => [...ben.awareness.getStates().values()].map(({ user }) => user?.name);
    await until(() => present().includes('Ada'), { what: 'Ben does not see Ada' });
    await ada.leave();
    await until(() => !present().includes('Ada'), { what: 'Ben still sees Ada' });
  });

  test('come with tokens', async () => {
    await using server = await startServer({ auth: 'tokens' });
    const editor = server.token('editor', { user: 'ada' });
    const reader = server.token({ 'team/**': 'reader' }, { user: 'ben' });
    const ada = await server.join('team/plan', { name: 'Ada', token: editor });
    const ben = await server.join('team/plan', { name: 'Ben', token: reader });
    ada.doc.getText('body').insert(0, 'Hello');
    await converged({ ada, ben });
    await expect(server.join('private', { name: 'Ben', token: reader })).rejects.toThrow('is not let into "private"');
  });

  test('go to any server that speaks their dialect', async ({ server }) => {
    const { wsUrl } = server;
    const ada = await join(`${wsUrl}/yjs`, 'plan', { name: 'Ada', dialect: 'y-websocket' });
    await ada.leave();
  });
});

describe('a line', () => {
  test('is offline', async ({ person }) => {
    const [ada, ben] = [await person('Ada'), await person('Ben')];
    await ada.link.offline();
    ada.doc.getText('body').insert(0, 'mine ');
    ben.doc.getText('body').insert(0, 'yours ');
    await ada.link.online();
    await converged({ ada, ben });
    expect([connectionsOf(ada), connectionsOf(ben)]).toEqual([2, 1]);
  });

  test('is cut', async ({ person }) => {
    const ada = await person('Ada');
    await ada.link.cut();
    await ada.synced();
    expect(connectionsOf(ada)).toBe(2);
  });

  test('takes its time', async ({ person }) => {
    const ada = await person('Ada');
    const began = performance.now();
    await ada.link.delay(80);
    ada.doc.getText('body').insert(0, 'late');
    await ada.saved();
    // There and back; a timer may be a moment early.
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  test('is half-open', async ({ person }) => {
    const [ada, ben] = [await person('Ada'), await person('Ben')];
    await ada.link.halfOpen();
    ben.doc.getText('body').insert(0, 'Ada hears nothing of this');
    await ben.saved();
    expect(ada.doc.getText('body').toString()).toBe('');
    await ada.link.online();
    await converged({ ada, ben });
  });

  test('is read slowly', async ({ person }) => {
    const [ada, ben] = [await person('Ada'), await person('Ben')];
    await ada.link.slowReader({ bytesPerSecond: 20_000 });
    ben.doc.getText('body').insert(0, 'x'.repeat(1_000_000));
    await ben.saved();
    expect(ada.doc.getText('body').length).toBe(0);
    await ada.link.online();
    await converged({ ada, ben });
  });
});

describe('a server', () => {
  test('is there with one line, and gone with its block', async () => {
    const ended: string[] = [];
    {
      await using server = await startServer();
      const ada = await server.join('plan', { name: 'Ada' });
      ada.doc.getText('body').insert(0, 'Hello');
      await ada.saved();
      ended.push(server.url);
    }
    await expect(fetch(ended[0] ?? '')).rejects.toThrow('fetch failed');
  });

  test('restarts', async ({ server, person }) => {
    const ada = await person('Ada');
    await server.restart();
    ada.doc.getText('body').insert(0, 'still here');
    await ada.saved();
    expect(connectionsOf(ada)).toBe(2);
  });

  test('is killed', async () => {
    await using server = await startServer({ ownProcess: true });
    const ada = await server.join('plan', { name: 'Ada' });
    ada.doc.getText('body').insert(0, 'saved');
    await ada.saved();
    await server.kill();
    await server.restart();
    const ben = await server.join('plan', { name: 'Ben' });
    expect(ben.doc.getText('body').toString()).toBe('saved');
  });
});

const testKilled = testWith({ ownProcess: true });

testKilled('what is written while the server is gone is saved once it is back', async ({ server, person }) => {
  const ada = await person('Ada');
  await server.kill();
  ada.doc.getText('body').insert(0, 'written meanwhile');
  await server.restart();
  await ada.saved();
  const ben = await person('Ben');
  expect(ben.doc.getText('body').toString()).toBe('written meanwhile');
});

describe('what is made up', () => {
  test('is made up again by its seed', async ({ person }) => {
    const [ada, ben] = [await person('Ada'), await person('Ben')];
    await seeded(async (random) => {
      for (let edit = 0; edit < 50; edit += 1) {
        const { doc } = random.pick([ada, ben]);
        const text = doc.getText('body');
        text.insert(random.below(text.length + 1), random.pick(['a', 'b', 'c']));
      }
      await converged({ ada, ben });
    });
  });
});
