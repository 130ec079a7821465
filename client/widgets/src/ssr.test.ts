import { expect, test } from 'vitest';

test('on a server that renders pages the elements can be imported, and do nothing', async () => {
  expect(typeof HTMLElement).toBe('undefined');
  const { elements } = await import('./index.ts');
  expect(elements).toHaveLength(11);
  expect(typeof customElements).toBe('undefined');
});
