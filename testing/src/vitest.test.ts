import { describe, expect } from 'vitest';
import { converged } from './index.ts';
import { test, testWith } from './vitest.ts';

describe('the fixtures for vitest', () => {
  test('bring a server of its own for each test, and people in it', async ({ server, person }) => {
    const ada = await person('Ada');
    const ben = await person('Ben', { dialect: 'y-websocket' });
    ada.doc.getText('body').insert(0, 'Hello');
    await converged({ ada, ben });
    expect(ada.document).toBe('plan');
    expect(server).toMatchObject({ storage: 'disk', ownProcess: false, url: expect.stringMatching(/^http:/) });
  });

  test('bring nothing of the test before', async ({ person }) => {
    const ada = await person('Ada', { document: 'plan' });
    expect(ada.doc.getText('body').toString()).toBe('');
  });

  describe('with another server', () => {
    test.override('serverOptions', { storage: 'memory', auth: 'tokens' });

    test('take it as it is asked for', async ({ server, person }) => {
      await expect(person('Ada')).rejects.toThrow('Ada is not let into "plan"');
      const ben = await person('Ben', { token: server.token('editor') });
      expect(ben.name).toBe('Ben');
    });
  });

  describe('with servers of one kind', () => {
    const testOnDisk = testWith({});
    const testInMemory = testWith({ storage: 'memory' });
    const testInOwnProcess = testWith({ ownProcess: true });

    testOnDisk('keep what was saved for whoever comes after a restart', async ({ server, person }) => {
      const ada = await person('Ada');
      ada.doc.getText('body').insert(0, 'kept');
      await ada.saved();
      await server.restart();
      const ben = await person('Ben');
      expect(ben.doc.getText('body').toString()).toBe('kept');
      expect(server.data).toContain('quire-data-');
    });

    testInMemory('have the server itself, in this process', async ({ server, person }) => {
      await person('Ada');
      expect(server.server.url).toBe(server.url);
      // @ts-expect-error: a process that kills itself tests nothing any more
      expect(() => server.kill).toThrow('startServer({ ownProcess: true })');
    });

    testInOwnProcess('[G1] have one that can be killed, with what was saved', async ({ server, person }) => {
      const ada = await person('Ada');
      ada.doc.getText('body').insert(0, 'saved');
      await ada.saved();
      const { pid } = server;
      expect(await server.kill()).toMatchObject({ signal: 'SIGKILL' });
      await server.restart();
      const ben = await person('Ben');
      expect(ben.doc.getText('body').toString()).toBe('saved');
      expect(server.pid).not.toBe(pid);
    });

    describe('that is told more', () => {
      testInMemory.override('serverOptions', { storage: 'memory', auth: 'tokens' });

      testInMemory('stay of that kind', async ({ server }) => {
        await server.join('plan', { token: server.token('editor') });
        const { status } = await fetch(`${server.url}/v1/documents`);
        expect([status, server.server.url]).toEqual([401, server.url]);
      });
    });
  });

  test('bring numbers', ({ random }) => {
    expect(random.below(10)).toBeLessThan(10);
  });
});
