import { converged } from '@quire/testing';
import { test } from '@quire/testing/vitest';
import { expect } from 'vitest';

test('what Ada writes in a tunnel reaches Ben when she is out of it', async ({ person }) => {
  const ada = await person('Ada');
  const ben = await person('Ben');

  await ada.link.offline();
  ada.doc.getText('body').insert(0, 'Hello from the tunnel');

  await ada.link.online();
  await ada.saved();
  await converged({ ada, ben });
  expect(ben.doc.getText('body').toString()).toBe('Hello from the tunnel');
});
