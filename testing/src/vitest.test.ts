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

  test('bring numbers', ({ random }) => {
    expect(random.below(10)).toBeLessThan(10);
  });
});
