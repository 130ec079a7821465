import { describe, expect } from 'vitest';
import { converged } from './index.ts';
import { test } from './vitest.ts';

describe('the fixtures for vitest', () => {
  test('bring a server of its own for each test, and people in it', async ({ server, person }) => {
    const ada = await person('Ada');
    const ben = await person('Ben', { dialect: 'y-websocket' });
    ada.doc.getText('body').insert(0, 'Hello');
    await converged({ ada, ben });
    expect(ada.document).toBe('plan');
    expect(server.url).toMatch(/^http:/);
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

  describe('with a server on disk', () => {
    test.override('serverOptions', { storage: 'disk', inProcess: true });

    test('keep what was saved for whoever comes after its restart', async ({ server, person }) => {
      const ada = await person('Ada');
      ada.doc.getText('body').insert(0, 'kept');
      await ada.saved();
      await server.restart();
      const ben = await person('Ben');
      expect(ben.doc.getText('body').toString()).toBe('kept');
      expect(server).toMatchObject({ storage: 'disk', data: expect.stringContaining('quire-data-') });
    });
  });

  test('bring numbers', ({ random }) => {
    expect(random.below(10)).toBeLessThan(10);
  });
});
