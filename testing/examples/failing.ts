// Tests that fail, for whoever wants to see what is said then. `failing.config.ts` runs them, and only these.
import { converged } from '@quire/testing';
import { test } from '@quire/testing/vitest';

test('Ben hears what Ada writes', async ({ person }) => {
  const ada = await person('Ada');
  const ben = await person('Ben');
  await ben.link.offline();
  ada.doc.getText('body').insert(0, 'Hello');
  await ada.saved();
  await converged({ ada, ben }, { timeoutMs: 100 });
});

test('Cleo writes what was to be written', async ({ person, random }) => {
  const cleo = await person('Cleo');
  cleo.doc.getText('body').insert(0, random.pick(['one', 'two', 'three']));
  throw new Error(`${cleo.doc.getText('body').toString()} was not to be written`);
});
